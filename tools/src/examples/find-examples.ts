import type ts from 'typescript-6.0';
import { publicExports, type PublicExport, type TypeScript } from '../lib/public-exports.ts';

/** An example in the documentation of something public. */
export interface Example {
  /** Of what: `qmp-core QmpClient.execute`. */
  readonly title: string;
  readonly code: string;
}

/** The examples of packages, and what the packages export. */
export function findExamples(
  compiler: TypeScript,
  packages: readonly string[],
): { examples: Example[]; exports: readonly PublicExport[] } {
  const { checker, exports } = publicExports(compiler, packages);
  const found = new Map<ts.Symbol, Example[]>();
  for (const { entry, name, symbol } of exports) {
    const members = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
    for (const one of [symbol, ...members]) {
      if (found.has(one)) continue;
      const title = `${entry} ${one === symbol ? name : `${name}.${one.name}`}`;
      const tags = one.getJsDocTags(checker).filter((tag) => tag.name === 'example');
      found.set(
        one,
        tags.map((tag) => ({ title, code: codeOf(compiler.displayPartsToString(tag.text)) })),
      );
    }
  }
  return { examples: [...found.values()].flat(), exports };
}

/** The code of an example: all of it, or what stands in its fences. */
function codeOf(text: string): string {
  const fenced = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  if (fenced.length === 0) return text;
  return fenced
    .filter(([, language]) => language === 'ts')
    .map(([, , code]) => code)
    .join('\n');
}
