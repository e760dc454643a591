import type ts from 'typescript-6.0';
import { publicExports, type TypeScript } from '../lib/public-exports.ts';

/** A public export without documentation, or a value without an example. */
export interface Undocumented {
  readonly entry: string;
  readonly name: string;
  readonly missing: 'comment' | '@example';
}

/** Finds the public values that lack a doc comment or an example. */
export function findUndocumented(compiler: TypeScript, packages: readonly string[]): Undocumented[] {
  const { checker, exports } = publicExports(compiler, packages);
  const found = new Map<ts.Symbol, Undocumented>();
  for (const { entry, name, symbol, isTypeOnly } of exports) {
    if (isTypeOnly) continue;
    const tags = symbol.getJsDocTags(checker).map((tag) => tag.name);
    const isValue = (symbol.flags & compiler.SymbolFlags.Value) !== 0;
    const hasComment = symbol.getDocumentationComment(checker).length > 0 || tags.length > 0;
    const missing = !hasComment ? 'comment' : isValue && !tags.includes('example') ? '@example' : undefined;
    if (missing !== undefined) found.set(symbol, { entry, name, missing });
  }
  return [...found.values()];
}
