import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in the user's program, kept as cheaply as the engine allows: its text is made only when it is asked for. */
export class CallSite {
  readonly #holder: { stack?: string } = {};
  #text: string | undefined;

  /**
   * @param below - The function whose caller is meant, or any function that it called.
   */
  // oxlint-disable-next-line typescript/no-unsafe-function-type -- what captureStackTrace takes
  constructor(below: Function) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 4;
    Error.captureStackTrace(this.#holder, below);
    Error.stackTraceLimit = limit;
  }

  /** The place as `file:line:column`, relative to the working directory; empty where it is unknown. */
  toString(): string {
    return (this.#text ??= firstPlace(this.#holder.stack ?? ''));
  }
}

/** The first frame that is in a file, from V8's text of a stack. */
function firstPlace(stack: string): string {
  for (const line of stack.split('\n').slice(1)) {
    const place = /\(?((?:file:\/\/)?[^()\s][^()]*:\d+:\d+)\)?$/.exec(line.trim().replace(/^at /, ''))?.[1];
    if (place === undefined || place.startsWith('node:')) continue;
    return shorten(place);
  }
  return '';
}

function shorten(place: string): string {
  const [, file, position] = /^(.*?)(:\d+:\d+)$/.exec(place) ?? ['', place, ''];
  let path = file!;
  if (path.startsWith('file://')) {
    try {
      path = fileURLToPath(path);
    } catch {
      return place;
    }
  }
  const near = relative(process.cwd(), path);
  return `${near === '' || near.startsWith('..') ? path : near}${position!}`;
}
