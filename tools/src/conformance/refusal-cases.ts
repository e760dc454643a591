/**
 * The recorded refusals: a file of JSON lines for each version. Its lines are of three kinds:
 *
 * - `{"answers": {…}}`: what QEMU says, and to which values (their texts). `%` stands for the path to the
 *   value, `#` for its last component if that is all that is named. These lines are numbered from 0.
 * - `{"command", "arguments", "answers"}`: arguments with {@link HOLE} where each of those values goes in
 *   turn, and the number of the answers.
 * - `{"command", "text", "answer"}`: random arguments as text, and the whole answer.
 */

/** Stands for a value in arguments. */
export const HOLE = '@';

/** Arguments of a command, and what a real QEMU said to them. */
export interface RefusalCase {
  readonly command: string;
  /** The arguments as JSON text. */
  readonly text: string;
  readonly answer: string;
}

/** QEMU's words, with the texts of the values that get them. */
export type Answers = Readonly<Record<string, readonly string[]>>;

export type RefusalLine =
  | { readonly answers: Answers }
  | { readonly command: string; readonly arguments: object; readonly answers: number }
  | RefusalCase;

/** Every case of some lines. */
export function refusalCases(lines: readonly RefusalLine[]): RefusalCase[] {
  const answers: Answers[] = [];
  const cases: RefusalCase[] = [];
  for (const line of lines) {
    if ('text' in line) cases.push(line);
    else if (!('command' in line)) answers.push(line.answers);
    else {
      const hole = findHole(line.arguments);
      for (const [answer, values] of Object.entries(answers[line.answers] ?? {}))
        for (const value of values)
          cases.push({ command: line.command, text: hole.fill(value), answer: hole.name(answer) });
    }
  }
  return cases;
}

/** Arguments with a hole in them. */
export interface Hole {
  /** The text of the arguments with the text of a value in the hole. */
  fill(value: string): string;
  /** An answer without the name of the hole. */
  unname(answer: string): string;
  /** The reverse of `unname`. */
  name(answer: string): string;
}

/** Finds the hole in arguments. */
export function findHole(args: object): Hole {
  const text = JSON.stringify(args);
  // QEMU's names begin with a dot here, but for the first.
  const path = pathOfHole(args)?.slice(1) ?? '';
  const last = path.endsWith(']') ? 'null' : path.slice(path.lastIndexOf('.') + 1);
  return {
    fill: (value) => text.replace(`"${HOLE}"`, () => value),
    unname: (answer) =>
      answer.startsWith(`'${path}`, answer.indexOf("'"))
        ? answer.replace(`'${path}`, "'%")
        : answer.replace(`'${last}'`, "'#'"),
    name: (answer) => answer.replace("'%", () => `'${path}`).replace("'#'", () => `'${last}'`),
  };
}

/** Path of the hole, with a dot before each name. */
function pathOfHole(value: object): string | undefined {
  for (const [name, member] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : `.${name}`;
    if (member === HOLE) return step;
    const rest = typeof member === 'object' && member !== null ? pathOfHole(member) : undefined;
    if (rest !== undefined) return step + rest;
  }
  return undefined;
}
