import type ts from 'typescript-6.0';
import type { PublicExport, TypeScript } from '../lib/public-exports.ts';
import type { Example } from './find-examples.ts';
import { GIVEN, IMPORTED, OWN } from './given.ts';

/** Makes each example a module: imports what the packages export, and declares what it takes as given. */
export function modulesOf(
  compiler: TypeScript,
  examples: readonly Example[],
  exports: readonly PublicExport[],
): Map<string, string> {
  return new Map([
    OWN,
    ...examples.map(({ code, title }, index) => {
      const { used, made } = namesIn(compiler, code);
      const missing = [...used].filter((name) => !made.has(name));
      const lines = missing.flatMap((name) => {
        const ours = homeOf(name, title, exports);
        const home = ours ?? (Object.hasOwn(IMPORTED, name) ? IMPORTED[name] : undefined);
        if (home !== undefined) return `import { ${name} } from '${home}';`;
        return Object.hasOwn(GIVEN, name) ? `declare const ${name}: ${GIVEN[name]};` : [];
      });
      return [`example-${index}.ts`, `// ${title}\n${lines.join('\n')}\n${code}\nexport {};\n`] as const;
    }),
  ]);
}

/** The entry that exports a name, if possible the one that the example is of. */
function homeOf(name: string, title: string, exports: readonly PublicExport[]): string | undefined {
  const homes = exports.filter((one) => one.name === name).map(({ entry }) => entry);
  return homes.find((entry) => title.startsWith(`${entry} `)) ?? homes[0];
}

/** The names that code refers to, and those that it declares or imports. */
function namesIn(compiler: TypeScript, code: string): { used: Set<string>; made: Set<string> } {
  const source = compiler.createSourceFile('example.ts', code, compiler.ScriptTarget.ESNext, true);
  const used = new Set<string>();
  const made = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (compiler.isIdentifier(node)) (isDeclared(compiler, node) ? made : used).add(node.text);
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return { used, made };
}

function isDeclared(compiler: TypeScript, node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (compiler.isVariableDeclaration(parent) ||
      compiler.isBindingElement(parent) ||
      compiler.isParameter(parent) ||
      compiler.isFunctionDeclaration(parent) ||
      compiler.isClassDeclaration(parent) ||
      compiler.isImportSpecifier(parent)) &&
    parent.name === node
  );
}
