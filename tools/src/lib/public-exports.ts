import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import type ts from 'typescript-6.0';
import { inRepository } from './repository.ts';

/** A compiler with an interface to ask, which TypeScript 7 doesn't have. */
export type TypeScript = typeof ts;

/** Condition of `exports` under which the sources are found. */
const SOURCE = 'qmp-test-source';

/** Entries that aren't public, or are generated. */
const EXEMPT = /^\.\/(?:internal|qapi\/.*|package\.json)$/;

/** Something that an entry of a package exports. */
export interface PublicExport {
  /** The entry as it is imported. */
  readonly entry: string;
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly isTypeOnly: boolean;
}

/** Loads a compiler that can be asked, by default the newest. */
export async function loadCompiler(alias = 'typescript-6.0'): Promise<TypeScript> {
  const require = createRequire(inRepository('tools/package.json'));
  const { default: compiler } = (await import(require.resolve(alias))) as { default: TypeScript };
  return compiler;
}

/** The public exports of packages that are written by hand, and the checker that knows their symbols. */
export function publicExports(
  compiler: TypeScript,
  packages: readonly string[],
): { checker: ts.TypeChecker; exports: PublicExport[] } {
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
  const exports = entries.flatMap(({ name: entry, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${relative(inRepository(), file)} is not a module`);
    return checker.getExportsOfModule(module).map((exported): PublicExport => {
      const isAlias = (exported.flags & compiler.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      return { entry, name: exported.name, symbol, isTypeOnly: isTypeOnly(compiler, exported) };
    });
  });
  return { checker, exports: exports.filter(({ symbol }) => isOurs(symbol)) };
}

/** Whether something is declared in these packages, and by hand. */
function isOurs({ declarations = [] }: ts.Symbol): boolean {
  const files = declarations.map((node) => node.getSourceFile().fileName);
  if (files.length === 0 || files.some((path) => path.includes('node_modules'))) return false;
  return !files.every((path) => path.includes('/qapi/qemu-'));
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
