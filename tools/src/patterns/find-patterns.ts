import { readFileSync } from 'node:fs';
import ts from 'typescript-6.0';

/** A regular expression in a source file. */
export interface FoundPattern {
  /** Its line, from 1. */
  readonly line: number;
  /** It as it stands in the source: `/x+/u`, or `new RegExp(…)` of something that only a run can tell. */
  readonly text: string;
  /** Its source and flags; absent if they are made at run time. */
  readonly regExp?: RegExp;
}

/** The regular expressions of a TypeScript file: its literals, and what it hands to `RegExp`. */
export function findPatterns(path: string, source = readFileSync(path, 'utf8')): FoundPattern[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest);
  const found: FoundPattern[] = [];
  const add = (node: ts.Node, regExp?: RegExp): void => {
    found.push({
      line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1,
      text: node.getText(file).replace(/\s+/g, ' '),
      ...(regExp === undefined ? {} : { regExp }),
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) add(node, readLiteral(node.text));
    else if (isRegExpCall(node)) {
      const [pattern, flags] = node.arguments ?? [];
      add(node, readConstant(pattern, flags));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isRegExpCall(node: ts.Node): node is ts.NewExpression | ts.CallExpression {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return false;
  return ts.isIdentifier(node.expression) && node.expression.text === 'RegExp';
}

function readLiteral(text: string): RegExp {
  const end = text.lastIndexOf('/');
  return new RegExp(text.slice(1, end), text.slice(end + 1));
}

/** A pattern whose parts are string literals, which is as good as a literal. */
function readConstant(pattern: ts.Node | undefined, flags: ts.Node | undefined): RegExp | undefined {
  if (pattern === undefined || !ts.isStringLiteralLike(pattern)) return undefined;
  if (flags !== undefined && !ts.isStringLiteralLike(flags)) return undefined;
  return new RegExp(pattern.text, flags?.text ?? '');
}
