/** An error that a comment announces for the line below it. */
interface Expected {
  readonly line: number;
  /** The code, or several between `/`. */
  readonly code: string;
  /** A part of the message. */
  readonly message: string;
}

const EXPECTED = /^\s*\/\/ @ts-expect-error (TS[\d/TS]+): (.*)$/;
const ERROR = /^mistakes\.ts\((\d+),\d+\): error (TS\d+): (.*)$/;

/** The errors that the comments of a file announce. */
export function expectedIn(source: string): Expected[] {
  return source.split('\n').flatMap((text, index) => {
    const [, code, message] = EXPECTED.exec(text) ?? [];
    return code === undefined || message === undefined ? [] : [{ line: index + 2, code, message }];
  });
}

/** Differences between the actual errors and the expected ones. */
export function compare(output: readonly string[], expected: readonly Expected[]): string[] {
  const came = new Map<number, { code: string; message: string }>();
  const differences: string[] = [];
  for (const text of output) {
    const [, line, code, message] = ERROR.exec(text) ?? [];
    if (code !== undefined && message !== undefined) came.set(Number(line), { code, message });
    else if (!text.startsWith(' ')) differences.push(`unexpected: ${text}`);
  }
  for (const { line, code, message } of expected) {
    const error = came.get(line);
    came.delete(line);
    if (error !== undefined && code.split('/').includes(error.code) && error.message.includes(message))
      continue;
    differences.push(
      `mistakes.ts:${line}: expected ${code}: ${message}`,
      `  got ${error === undefined ? 'no error' : `${error.code}: ${error.message}`}`,
    );
  }
  for (const [line, { code, message }] of came)
    differences.push(`mistakes.ts:${line}: unexpected ${code}: ${message}`);
  return differences;
}
