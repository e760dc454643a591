import { readFileSync } from 'node:fs';
import { BATCH_DIALECT } from '../../src/engine/json/dialect.ts';
import { JsonParser } from '../../src/engine/json/parser.ts';
import { QDict } from '../../src/engine/json/value.ts';

/** Arguments of a command, and what a real QEMU said to them. */
export interface RefusalCase {
  readonly command: string;
  /** The arguments as JSON text. */
  readonly text: string;
  readonly answer: string;
}

type Line =
  | { readonly answers: Readonly<Record<string, readonly string[]>> }
  | { readonly command: string; readonly arguments: object; readonly answers: number }
  | RefusalCase;

/** The recorded cases of a version; the script that records them says how the file is made. */
export function recordedCases(version: string): RefusalCase[] {
  const answers: (Readonly<Record<string, readonly string[]>> | undefined)[] = [];
  const cases: RefusalCase[] = [];
  for (const text of readFileSync(new URL(`${version}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')) {
    const line: Line = JSON.parse(text);
    if ('text' in line) cases.push(line);
    else if ('command' in line)
      cases.push(...expand(line.command, line.arguments, answers[line.answers] ?? {}));
    else answers.push(line.answers);
  }
  return cases;
}

function expand(
  command: string,
  args: object,
  answers: Readonly<Record<string, readonly string[]>>,
): RefusalCase[] {
  const text = JSON.stringify(args);
  const path = pathOfHole(args)!.slice(1);
  const last = path.endsWith(']') ? 'null' : path.slice(path.lastIndexOf('.') + 1);
  return Object.entries(answers).flatMap(([answer, values]) =>
    values.map((value) => ({
      command,
      text: text.replace('"@"', () => value),
      answer: answer.replace("'%", () => `'${path}`).replace("'#'", () => `'${last}'`),
    })),
  );
}

/** Where the hole is, with a dot before each name. */
function pathOfHole(value: object): string | undefined {
  for (const [name, member] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : `.${name}`;
    if (member === '@') return step;
    const rest = typeof member === 'object' && member !== null ? pathOfHole(member) : undefined;
    if (rest !== undefined) return step + rest;
  }
  return undefined;
}

/** Arguments as the monitor gets them. */
export function parseArguments(text: string): QDict {
  const parser = new JsonParser({ dialect: BATCH_DIALECT });
  parser.push(Buffer.from(text));
  const value = parser.next()?.value;
  if (!(value instanceof QDict)) throw new TypeError(`No JSON object: ${text}`);
  return value;
}
