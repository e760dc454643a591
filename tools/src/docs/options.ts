import { readFileSync } from 'node:fs';
import type ts from 'typescript-6.0';
import { inRepository } from '../lib/repository.ts';

type TypeScript = typeof ts;

/** An options object of a package: the source that declares it, and its name. */
export interface OptionsSource {
  readonly file: string;
  readonly name: string;
  /** Members to leave out. */
  readonly without?: readonly string[];
}

/** Makes the table of an options object from its declaration and the comments of its members. */
export function optionsTable(compiler: TypeScript, { file, name, without = [] }: OptionsSource): string {
  const text = readFileSync(inRepository(file), 'utf8');
  const source = compiler.createSourceFile(file, text, compiler.ScriptTarget.Latest, true);
  const declaration = source.statements.find(
    (node): node is ts.InterfaceDeclaration =>
      compiler.isInterfaceDeclaration(node) && node.name.text === name,
  );
  if (declaration === undefined) throw new Error(`${file} doesn't declare the interface ${name}`);
  const rows = declaration.members.filter(compiler.isPropertySignature).flatMap((member) => {
    const option = member.name.getText(source);
    if (without.includes(option)) return [];
    const comment = compiler
      .getJSDocCommentsAndTags(member)
      .map((node) => compiler.getTextOfJSDocComment(node.comment) ?? '')
      .join(' ');
    return [[`\`${option}\``, `\`${typeOf(member, source)}\``, flowing(comment)]];
  });
  return table(['option', 'type', 'meaning'], rows);
}

/** A Markdown table with columns of text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The type of an option as a reader needs it. */
function typeOf(member: ts.PropertySignature, source: ts.SourceFile): string {
  return (member.type?.getText(source) ?? 'unknown')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^\| /g, '')
    .replaceAll(/readonly (?=\w+\[\])|\breadonly /g, '')
    .replace(/ \| undefined$/, '')
    .replaceAll('(string & {})', 'string');
}

/** A comment on one line, with links as code. */
export function flowing(comment: string): string {
  return comment
    .replaceAll(/\{@link ([^}]+)\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
