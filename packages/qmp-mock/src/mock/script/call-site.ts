import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * This package's own files: frames in them are not where the user's program is. With source maps, which Vitest turns on, frames of
 * what was built name the sources.
 */
const OWN: readonly string[] = ['../../../dist/', '../../../src/'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);
/** How many frames are looked at: few of them are this package's. */
const FRAMES = 10;

/**
 * The place in the user's program that called this package. It is kept as cheaply as the engine allows: its text is
 * made only when it is asked for.
 */
export class CallSite {
  readonly #holder: { stack?: string } = {};
  #text: string | undefined;

  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = FRAMES;
    Error.captureStackTrace(this.#holder, CallSite);
    Error.stackTraceLimit = limit;
  }

  /** The place as `file:line:column`, relative to the working directory; empty where it is unknown. */
  toString(): string {
    return (this.#text ??= firstPlace(this.#holder.stack ?? ''));
  }
}

/** The first frame that is in a file of somebody else's, from V8's text of a stack. */
function firstPlace(stack: string): string {
  for (const line of stack.split('\n').slice(1)) {
    const frame = /\(?((?:file:\/\/)?[^()\s][^()]*?)(:\d+:\d+)\)?$/.exec(line.trim().replace(/^at /, ''));
    if (frame === null) continue;
    const [, file = '', position = ''] = frame;
    if (file.startsWith('node:')) continue;
    const path = pathOf(file);
    if (OWN.some((folder) => path.startsWith(folder)) && !path.includes('.test.')) continue;
    const near = relative(process.cwd(), path);
    return `${near === '' || near.startsWith(`..${sep}`) ? path : near}${position}`;
  }
  return '';
}

function pathOf(file: string): string {
  if (!file.startsWith('file://')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}
