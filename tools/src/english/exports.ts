import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type ts from 'typescript-6.0';
import { inRepository } from '../lib/repository.ts';

type TypeScript = typeof ts;

/** Condition of `exports` under which the sources are found. */
const SOURCE = 'qmp-test-source';

/** Entries that aren't public, or are generated. */
const EXEMPT = /^\.\/(?:internal|qapi\/.*|package\.json)$/;

/** A public export without documentation, or a value without an example. */
export interface Undocumented {
  readonly entry: string;
  readonly name: string;
  readonly missing: 'comment' | '@example';
}

/** Finds the public values that lack a doc comment or an example. */
export function findUndocumented(compiler: TypeScript, packages: readonly string[]): Undocumented[] {
  const entries = packages.flatMap(entriesOf);
  const program = compiler.createProgram(
    entries.map(({ file }) => file),
    {
      module: compiler.ModuleKind.NodeNext,
      moduleResolution: compiler.ModuleResolutionKind.NodeNext,
      target: compiler.ScriptTarget.ESNext,
      customConditions: [SOURCE],
      allowImportingTsExtensions: true,
      noEmit: true,
      noLib: true,
      types: [],
    },
  );
  const checker = program.getTypeChecker();
  const found = new Map<ts.Symbol, Undocumented>();
  for (const { name: entry, file } of entries) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${relative(inRepository(), file)} is not a module`);
    for (const exported of checker.getExportsOfModule(module)) {
      if (isTypeOnly(compiler, exported)) continue;
      const symbol =
        (exported.flags & compiler.SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported);
      const declarations = symbol.declarations ?? [];
      const files = declarations.map((node) => node.getSourceFile().fileName);
      if (files.length === 0 || files.some((path) => path.includes('node_modules'))) continue;
      if (files.every((path) => path.includes('/qapi/qemu-'))) continue;
      const tags = symbol.getJsDocTags(checker).map(({ name }) => name);
      const isValue = (symbol.flags & compiler.SymbolFlags.Value) !== 0;
      const hasComment = symbol.getDocumentationComment(checker).length > 0 || tags.length > 0;
      const missing = !hasComment ? 'comment' : isValue && !tags.includes('example') ? '@example' : undefined;
      if (missing !== undefined) found.set(symbol, { entry, name: exported.name, missing });
    }
  }
  return [...found.values()];
}

/** Whether a module exports something as a type alone. */
function isTypeOnly(compiler: TypeScript, { declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (node) => compiler.isExportSpecifier(node) && (node.isTypeOnly || node.parent.parent.isTypeOnly),
  );
}

/** The public entries of a package with their sources. */
function entriesOf(name: string): { name: string; file: string }[] {
  const folder = inRepository(join('packages', name));
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string | Record<string, string>>;
  };
  return Object.entries(manifest.exports).flatMap(([path, target]) => {
    const source = typeof target === 'string' ? undefined : target[SOURCE];
    if (source === undefined || EXEMPT.test(path)) return [];
    return [{ name: join(name, path), file: join(folder, source) }];
  });
}
