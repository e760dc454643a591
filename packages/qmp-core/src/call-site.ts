import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QmpError } from './errors.ts';

/** Number of frames to look at: few of them are this project's, and a test runner may ask for a hundred. */
const FRAMES = 10;

/**
 * The place in the user's program that called this package. Its text is made only when somebody asks for it,
 * because that is what costs time.
 */
export class CallSite {
  readonly #holder: { stack?: unknown } = {};

  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = FRAMES;
    Error.captureStackTrace(this.#holder, CallSite);
    Error.stackTraceLimit = limit;
  }

  /** The place as `file:line:column`, relative to the working directory; empty if it is unknown. */
  get place(): string {
    for (const frame of this.frames) {
      const place = placeOf(frame);
      if (place !== undefined) return place;
    }
    return '';
  }

  /** The same as {@link CallSite.place}. */
  toString(): string {
    return this.place;
  }

  /** The lines of the stack from the user's call on, as V8 writes them. */
  get frames(): string[] {
    const { stack } = this.#holder;
    // A program may set `Error.prepareStackTrace`, and then a stack needn't be a string.
    return typeof stack === 'string' ? stack.split('\n').slice(1).filter(isForeign) : [];
  }
}

/**
 * Makes the stack of an error of this project begin in the user's program: at the call, if it is known, else
 * at whoever awaited it. Internal frames are cut from its causes, too. Any other error is left alone.
 *
 * @returns The error itself.
 */
export function blame(error: unknown, site: CallSite | undefined): unknown {
  if (!isOurError(error)) return error;
  const frames = site?.frames ?? [];
  const { head, rest } = splitStack(error);
  error.stack = [head, ...(frames.length > 0 ? frames : rest.filter(isForeign))].join('\n');
  const seen = new Set<unknown>([error]);
  for (let { cause } = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    const stack = splitStack(cause);
    const kept = stack.rest.filter(isOurError(cause) ? isForeign : isNotOurs);
    if (kept.length < stack.rest.length) cause.stack = [stack.head, ...kept].join('\n');
  }
  return error;
}

/** Whether an error is one of this project's: not all of them are in this package. */
function isOurError(error: unknown): error is Error {
  if (error instanceof QmpError) return true;
  return error instanceof Error && 'code' in error && /^(?:QMP|QEMU)_/.test(String(error.code));
}

/** The stack of an error: name and message, and the lines of the frames. */
function splitStack(error: Error): { head: string; rest: string[] } {
  const { stack, message } = error;
  const plain = `${error.name}: ${message}`;
  if (typeof stack !== 'string') return { head: plain, rest: [] };
  const start = stack.indexOf(message);
  if (start < 0) return { head: plain, rest: stack.split('\n').filter(isFrame) };
  const end = start + message.length;
  return { head: stack.slice(0, end), rest: stack.slice(end).split('\n').filter(isFrame) };
}

const isFrame = (line: string): boolean => line.trimStart().startsWith('at ');

/** Folders of this project's packages. With source maps, frames of built code name the sources. */
const OURS: readonly string[] = ['qmp-core', 'qmp-mock', 'qmp-vitest'].flatMap((name) =>
  ['dist', 'src'].map((folder) => `/${name}/${folder}/`),
);

/** Whether a stack line lies outside this project. The project's own tests count as users. */
function isNotOurs(line: string): boolean {
  const path = line.replaceAll('\\', '/');
  return path.includes('.test.') || !OURS.some((folder) => path.includes(folder));
}

/** Whether a stack line belongs neither to this project nor to Node. */
const isForeign = (line: string): boolean =>
  isFrame(line) && isNotOurs(line) && !line.includes('(node:') && !line.includes(' node:');

/** The place that a line of a stack names: `at f (file:1:2)`, `at file:1:2`, `at async file:1:2`. */
function placeOf(line: string): string | undefined {
  const frame = line.trim();
  const open = frame.indexOf(' (');
  const where =
    frame.endsWith(')') && open >= 0
      ? frame.slice(open + 2, -1)
      : frame.slice(frame.startsWith('at async ') ? 'at async '.length : 'at '.length);
  const column = where.lastIndexOf(':');
  const row = where.lastIndexOf(':', column - 1);
  if (row <= 0 || !isNumber(where.slice(row + 1, column)) || !isNumber(where.slice(column + 1))) {
    return undefined;
  }
  const path = pathOf(where.slice(0, row));
  const near = relative(process.cwd(), path);
  return `${near === '' || near.startsWith(`..${sep}`) ? path : near}${where.slice(row)}`;
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);

function pathOf(file: string): string {
  if (!file.startsWith('file://')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}
