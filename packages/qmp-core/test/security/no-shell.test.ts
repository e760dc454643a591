import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));

/** Sources that are published, by their path below `packages`. */
const sources: readonly string[] = ['qmp-core', 'qmp-mock', 'qmp-vitest'].flatMap((name) =>
  readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => join(name, 'src', path)),
);

/** Ways to have a shell, or text that is run as a program. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['an option `shell`', /\bshell\s*[:,}]\s*(?!\w+\s*\|)/],
  [
    '`exec` of node:child_process',
    /import\s*\{[^}]*\bexec(?:Sync)?\b[^}]*\}\s*from\s*['"](?:node:)?child_process/,
  ],
  [
    'node:child_process as a whole',
    /import\s+(?:\*|\w+\s+from)[^;]*['"](?:node:)?child_process|require\(['"](?:node:)?child_process/,
  ],
  ['a program that is a shell', /['"`](?:[\w/]*\/)?(?:ba|z|da)?sh['"`]|cmd\.exe/],
  ['code from text', /\beval\s*\(|\bnew Function\s*\(/],
];

/** The reaper is a shell: its script is a constant, and pids and paths reach it as data on standard input. */
const REAPER = join('qmp-vitest', 'src', 'qemu', 'reaper.ts');

/** Without comments: they may speak of shells. */
const codeOf = (path: string): string =>
  readFileSync(join(PACKAGES, path), 'utf8').replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

test('the scan sees the sources and what is forbidden', () => {
  expect(sources.length).toBeGreaterThan(100);
  const samples = [
    "spawn('qemu', { shell: true })",
    "import { exec } from 'node:child_process'",
    "import * as cp from 'node:child_process'",
    "spawn('/bin/sh', ['-c', text])",
    'eval(text)',
  ];
  for (const [at, [, pattern]] of FORBIDDEN.entries()) expect(samples[at]).toMatch(pattern);
});

test.each(FORBIDDEN)('no published source has %s', (_what, pattern) => {
  expect(sources.filter((path) => path !== REAPER && pattern.test(codeOf(path)))).toEqual([]);
});

test("the reaper's script is a constant, and nothing is put into it", () => {
  const code = codeOf(REAPER);
  const script = /const SCRIPT = `([^]*?)\n`;/.exec(code)?.[1];
  expect(script?.replaceAll(String.raw`\${`, '')).not.toContain('${');
  expect(code.match(/spawn\([^;]*?\{/g)).toEqual([
    "spawn('/bin/sh', ['-c', SCRIPT, 'qmp-reaper', ...watched], {",
  ]);
  // Beside the script it is given two process ids, and nothing else.
  expect(code).toContain('runner === undefined ? [] : [String(process.pid), String(runner.pid)]');
});
