import type ts from 'typescript-6.0';

type TypeScript = typeof ts;

/** A place in a source that breaks a rule. */
export interface Fault {
  /** Number of the line, from 1. */
  readonly line: number;
  readonly rule: string;
}

/** Longest line of a comment. */
const COLUMNS = 110;

/** Rules for the words of a comment, each a pattern that can't be right. */
const RULES: readonly { readonly pattern: RegExp; readonly rule: string; readonly docOnly?: boolean }[] = [
  {
    pattern: /^(?:What|Who|Which|Where)\b/,
    rule: 'begins with What, Who, Which or Where: begin with a noun or a verb',
    docOnly: true,
  },
  { pattern: /(?<!\b[th]here )\b(?:is|are) none\b(?! of)/i, rule: 'says "is none": say what it is instead' },
  {
    pattern: /(?<!\b[th]here )\b(?:is|are) no (?!longer\b|more\b|less\b|later\b|other\b)[a-z]/i,
    rule: 'says "is no X": say "isn\'t an X"',
  },
  { pattern: /^@param (?!\{)\S+ (?!- )/, rule: 'has a @param without " - " behind the name', docOnly: true },
  { pattern: /^@throws \{(?!@link)/, rule: 'has braces around the class of @throws', docOnly: true },
];

/** Finds the comments of a source that break a rule. */
export function findFaults(compiler: TypeScript, text: string): Fault[] {
  const faults: Fault[] = [];
  for (const { pos, end } of commentsOf(compiler, text)) {
    const comment = text.slice(pos, end);
    const first = text.slice(0, pos).split('\n').length;
    const isDoc = comment.startsWith('/**');
    if (/^\/\/ (?:oxlint-|@ts-)/.test(comment)) continue;
    const start = text.lastIndexOf('\n', pos) + 1;
    for (const [index, line] of text.slice(start, end).split('\n').entries()) {
      if (line.length > COLUMNS && !isWhole(line)) {
        faults.push({ line: first + index, rule: `is longer than ${COLUMNS} columns` });
      }
    }
    for (const sentence of unitsOf(comment)) {
      for (const { pattern, rule, docOnly = false } of RULES) {
        if (pattern.test(sentence) && (isDoc || !docOnly)) faults.push({ line: first, rule });
      }
    }
  }
  return faults;
}

/** The comments of a source. Texts that look like comments aren't. */
function commentsOf(compiler: TypeScript, text: string): { pos: number; end: number }[] {
  const source = compiler.createSourceFile('a.ts', text, compiler.ScriptTarget.Latest, false);
  const found = new Map<number, { pos: number; end: number }>();
  const visit = (node: ts.Node): void => {
    for (const range of compiler.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
      found.set(range.pos, range);
    }
    compiler.forEachChild(node, visit);
  };
  visit(source);
  for (const range of compiler.getLeadingCommentRanges(text, source.endOfFileToken.getFullStart()) ?? []) {
    found.set(range.pos, range);
  }
  return [...found.values()];
}

/** The paragraphs and tags of a comment, each on one line, without examples and code. */
function unitsOf(comment: string): string[] {
  const units: string[] = [''];
  let skipping = false;
  for (const raw of comment.replace(/\*\/$/, '').split('\n')) {
    const line = raw.replace(/^\s*(?:\/\*+|\*|\/\/)?\s?/, '').trim();
    if (line.startsWith('```')) skipping = !skipping;
    if (line.startsWith('@')) skipping = line.startsWith('@example');
    if (skipping || line.startsWith('```')) continue;
    if (line === '' || line.startsWith('@')) units.push(line);
    else units.push(`${units.pop() ?? ''} ${line}`.trim());
  }
  return units.map((unit) => unit.replaceAll(/`[^`]*`/g, '``')).filter(Boolean);
}

/** Whether a line can't be broken: an address, or one row of a table or drawing. */
function isWhole(line: string): boolean {
  return /https?:\/\//.test(line) || /^\s*(?:\*|\/\/)\s+[│├└|]/.test(line);
}
