import { dirname, join } from 'node:path';
import { loadCompiler } from '../lib/public-exports.ts';

/**
 * Asks a compiler's language service, as an editor does, what it strikes out; gives what differs from the
 * marks.
 */
export async function compareStruckOut(alias: string, file: string, source: string): Promise<string[]> {
  const ts = await loadCompiler(alias);
  const folder = dirname(file);
  // The host's own interface, but for what it does with a fatal error.
  const config = ts.getParsedCommandLineOfConfigFile(
    join(folder, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(JSON.stringify(messageText));
      },
    },
  )!;
  const { writeFile: _, ...host } = ts.createCompilerHost(config.options);
  const service = ts.createLanguageService({
    ...host,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '0',
    getScriptSnapshot: (path) => {
      const text = ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => config.options,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  });
  const wanted = source
    .split('\n')
    .flatMap((line, index) => (line.includes('// struck out') ? [index + 2] : []));
  const struck = service
    .getSuggestionDiagnostics(file)
    .filter(({ reportsDeprecated }) => reportsDeprecated !== undefined)
    .map(({ file: within, start }) => within.getLineAndCharacterOfPosition(start).line + 1);
  const errors = service.getSemanticDiagnostics(file).map(({ messageText }) => JSON.stringify(messageText));
  return [
    ...errors,
    ...wanted.filter((line) => !struck.includes(line)).map((line) => `line ${line} is not struck out`),
    ...struck.filter((line) => !wanted.includes(line)).map((line) => `line ${line} is struck out`),
  ];
}
