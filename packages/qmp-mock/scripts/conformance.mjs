/**
 * What the recording script and the tests share: how a conversation of the engine table goes, and how answers are written down.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The versions in the table. */
export const VERSIONS = ['7.2', '10.0', '11.1'];
/** Lines longer than this are written down as their head, length and hash. */
const LONG = 400;

/** The rows of a file of JSON lines. */
export function readRows(url) {
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The bytes of a case, in the pieces that are sent one by one. */
export function inputOf({ text, b64, steps }) {
  if (steps !== undefined) return steps.map((step) => Buffer.from(step));
  return [text === undefined ? Buffer.from(b64, 'base64') : Buffer.from(text)];
}

/**
 * The two commonest kinds of line, written short: `! TEXT` is a `GenericError` without an id and with that `desc` (as on the wire,
 * escapes and all), `= ID` an empty return with that id.
 */
function shorten(line) {
  const error = /^\{"error": \{"class": "GenericError", "desc": "(.*)"\}\}$/.exec(line);
  if (error) return `! ${error[1]}`;
  const empty = /^\{"return": \{\}, "id": (.*)\}$/.exec(line);
  return empty ? `= ${empty[1]}` : line;
}

/**
 * An answer as it is written down: its lines, long ones cut short, and repeated ones counted.
 *
 * @param output - Everything that came after the greeting, as it came: every line must end in CRLF.
 */
export function writeDown(output) {
  const lines = output.split('\r\n');
  const rest = lines.pop();
  if (rest !== '' || lines.some((line) => /[\r\n]/.test(line))) return { malformed: output.slice(0, 2000) };
  const rows = [];
  for (const line of lines.map(shorten)) {
    const shown =
      line.length <= LONG
        ? line
        : {
            head: line.slice(0, 100),
            length: line.length,
            sha256: createHash('sha256').update(line).digest('hex'),
          };
    const last = rows.at(-1);
    if (typeof last === 'object' && last.line === shown) last.times++;
    else if (typeof shown === 'string' && last === shown) rows[rows.length - 1] = { line: shown, times: 2 };
    else rows.push(shown);
  }
  return rows;
}

/** The answer that a row has for a version. Answers that are the same in every version are written once. */
export function answerOf(row, version) {
  return row.answers.all ?? row.answers[version];
}

/** A row with the answer of one version put in. */
export function withAnswer(row, version, answer) {
  const answers = {};
  for (const name of VERSIONS) {
    const known = name === version ? answer : row.answers === undefined ? undefined : answerOf(row, name);
    if (known !== undefined) answers[name] = known;
  }
  const texts = new Set(Object.values(answers).map((value) => JSON.stringify(value)));
  const same = Object.keys(answers).length === VERSIONS.length && texts.size === 1;
  return { ...row, answers: same ? { all: answer } : answers };
}
