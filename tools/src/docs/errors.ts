import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type ts from 'typescript-6.0';
import { inRepository } from '../lib/repository.ts';
import { flowing, table } from './options.ts';

type TypeScript = typeof ts;

/** A class of errors, as its source declares it. */
interface ErrorClass {
  readonly name: string;
  readonly base: string | undefined;
  /** Its code, unless it has that of its base. */
  readonly code: string | undefined;
  readonly comment: string;
}

/** The table of all stable codes, from the classes of errors that the packages declare. */
export function errorTable(compiler: TypeScript): string {
  const classes = errorClasses(compiler);
  const rows = codesOf(classes).flatMap((code) =>
    classes
      .filter((error) => codeOf(error, classes) === code)
      .map(({ name, comment }) => [`[\`${code}\`](#${anchorOf(code)})`, `\`${name}\``, comment]),
  );
  return table(['`code`', 'class', 'when'], rows);
}

/** Every stable code, in order. */
export function errorCodes(compiler: TypeScript): readonly string[] {
  return codesOf(errorClasses(compiler));
}

/** The anchor of a heading that is a code. */
export const anchorOf = (code: string): string => code.toLowerCase();

const codesOf = (classes: readonly ErrorClass[]): string[] =>
  [...new Set(classes.flatMap(({ code }) => code ?? []))].toSorted();

function codeOf(error: ErrorClass, classes: readonly ErrorClass[]): string | undefined {
  const base = classes.find(({ name }) => name === error.base);
  return error.code ?? (base === undefined ? undefined : codeOf(base, classes));
}

function errorClasses(compiler: TypeScript): ErrorClass[] {
  return readdirSync(inRepository('packages')).flatMap((name) => {
    const folder = inRepository(`packages/${name}/src`);
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.test|\.d)\.ts$/.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .filter((text) => / extends \w*Error\b/.test(text))
      .flatMap((text) => classesIn(compiler, text));
  });
}

function classesIn(compiler: TypeScript, text: string): ErrorClass[] {
  const source = compiler.createSourceFile('source.ts', text, compiler.ScriptTarget.Latest, true);
  return source.statements.filter(compiler.isClassDeclaration).flatMap((declaration) => {
    const base = declaration.heritageClauses?.[0]?.types[0]?.expression.getText(source);
    if (declaration.name === undefined || base === undefined) return [];
    const code = declaration.members
      .filter(compiler.isPropertyDeclaration)
      .find((member) => member.name.getText(source) === 'code')?.initializer;
    const comment = compiler
      .getJSDocCommentsAndTags(declaration)
      .map((node) => compiler.getTextOfJSDocComment(node.comment) ?? '')
      .join(' ');
    return [
      {
        name: declaration.name.text,
        base,
        code: code !== undefined && compiler.isStringLiteral(code) ? code.text : undefined,
        comment: flowing(comment.split(/\n\s*(?:```|[┌├└])/)[0] ?? ''),
      },
    ];
  });
}
