/**
 * The engine table: conversations with an idle monitor, in which no command depends on a machine, and what
 * each version answered. The recorder writes it, and the tests hold the mock against it.
 */
import { createHash } from 'node:crypto';

/**
 * How a conversation begins:
 * - `plain`: {@link BEGIN} has been answered;
 * - `bare`: nothing has been sent;
 * - `oob`: out-of-band execution has been enabled. Behind the input comes {@link OOB_END}, and its answer
 *   ends the recording; in the other modes the client ends its half, and QEMU closes;
 * - `pretty`: as `plain`, on a monitor with `pretty=on`.
 */
export type Mode = 'plain' | 'bare' | 'oob' | 'pretty';

/** Input at the start, by mode. */
export const BEGIN: Readonly<Record<Mode, string>> = {
  plain: '{"execute": "qmp_capabilities"}\n',
  bare: '',
  oob: '{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}\n',
  pretty: '{"execute": "qmp_capabilities"}\n',
};

/** Ends an `oob` case: a reset of the parser, then a command whose id nobody else uses. */
export const OOB_END: Buffer = Buffer.concat([
  Buffer.from([0x0a, 0xff]),
  Buffer.from('{"execute": "query-name", "id": "the end"}'),
]);

/**
 * A conversation. The steps of a case are sent one by one, each when the one before it has been answered;
 * they are for conversations with out-of-band execution, where QEMU's order otherwise depends on its threads.
 */
export interface EngineCase {
  readonly id: string;
  readonly category: string;
  /** `plain` by default. */
  readonly mode?: Mode;
  readonly text?: string;
  /** The input in base64, if it is not text. */
  readonly b64?: string;
  readonly steps?: readonly string[];
}

/** An answer as it is written down; compare with `toEqual`. */
export type Answer = readonly unknown[] | { readonly malformed: string };

/** A case with the answers by version; `all` stands for all versions that were recorded. */
export interface EngineRow extends EngineCase {
  readonly answers: Readonly<Record<string, Answer>>;
}

/** Lines longer than this are written down as their head, length and hash. */
const LONG = 400;

/** The bytes of a case, in the pieces that are sent one by one. */
export function inputOf({ text, b64 = '', steps }: EngineCase): Buffer[] {
  if (steps !== undefined) return steps.map((step) => Buffer.from(step));
  return [text === undefined ? Buffer.from(b64, 'base64') : Buffer.from(text)];
}

/**
 * An answer as it is written down: its lines, long ones cut short, and repeated ones counted.
 *
 * @param output - Everything that came after the greeting, as it came: every line must end in CRLF.
 */
export function writeDown(output: string): Answer {
  const lines = output.split('\r\n');
  const rest = lines.pop();
  if (rest !== '' || lines.some((line) => /[\r\n]/.test(line))) return { malformed: output.slice(0, 2000) };
  const rows: (string | object)[] = [];
  let last: { shown: string; times: number } | undefined;
  for (const line of lines.map(shorten)) {
    if (line.length > LONG) {
      rows.push({
        head: line.slice(0, 100),
        length: line.length,
        sha256: createHash('sha256').update(line).digest('hex'),
      });
      last = undefined;
    } else if (last?.shown === line) {
      last.times++;
      rows[rows.length - 1] = { line, times: last.times };
    } else {
      rows.push(line);
      last = { shown: line, times: 1 };
    }
  }
  return rows;
}

/**
 * The two commonest kinds of line, written short: `! TEXT` is a `GenericError` without an id and with that
 * `desc` (as on the wire, escapes and all), `= ID` an empty return with that id.
 */
function shorten(line: string): string {
  const error = /^\{"error": \{"class": "GenericError", "desc": "(.*)"\}\}$/.exec(line);
  if (error !== null) return `! ${error[1]}`;
  const empty = /^\{"return": \{\}, "id": (.*)\}$/.exec(line);
  return empty === null ? line : `= ${empty[1]}`;
}

/** The answer that a row has for a version. Answers that are the same in every version are written once. */
export function answerOf(
  row: { readonly answers?: EngineRow['answers'] },
  version: string,
): Answer | undefined {
  return row.answers?.['all'] ?? row.answers?.[version];
}

/**
 * A row with the answer of one version put in.
 *
 * @param versions - Every version that is in the table.
 */
export function withAnswer(
  row: EngineCase & { readonly answers?: EngineRow['answers'] },
  version: string,
  answer: Answer,
  versions: readonly string[],
): EngineRow {
  const known = Object.fromEntries(
    versions.flatMap((name) => {
      const of = name === version ? answer : answerOf(row, name);
      return of === undefined ? [] : [[name, of]];
    }),
  );
  return withAnswers({ ...row, answers: known }, versions);
}

/** A row with the answers of some versions alone; if all of these say the same, that is written once. */
export function withAnswers(row: EngineRow, versions: readonly string[]): EngineRow {
  const answers: Record<string, Answer> = {};
  for (const name of versions) {
    const answer = answerOf(row, name);
    if (answer !== undefined) answers[name] = answer;
  }
  const [first, ...others] = Object.values(answers);
  const same =
    first !== undefined &&
    others.length + 1 === versions.length &&
    others.every((answer) => JSON.stringify(answer) === JSON.stringify(first));
  return { ...row, answers: same ? { all: first } : answers };
}
