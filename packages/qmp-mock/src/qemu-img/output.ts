import { type ImgContext, ImgFailure } from './context.ts';

/** Modes of caching that can be asked for; they change nothing here. */
const CACHE_MODES = new Set(['none', 'off', 'directsync', 'writeback', 'unsafe', 'writethrough']);

/** Refuses a mode of caching that isn't one. */
export function checkCache(what: 'cache' | 'source cache', mode: string | undefined, status = 1): void {
  if (mode !== undefined && !CACHE_MODES.has(mode)) {
    throw new ImgFailure(`Invalid ${what} option: ${mode}`, status);
  }
}

/** Reads the value of `--output`. */
export function outputFormat(value: string | undefined): 'human' | 'json' {
  if (value === undefined || value === 'human') return 'human';
  if (value === 'json') return 'json';
  throw new ImgFailure('--output must be used with human or json as argument.');
}

/** Tells how far a command is, over the previous line, as QEMU does; if nobody asked for it, nothing. */
export class Progress {
  readonly #print: ((text: string) => void) | undefined;

  constructor(context: ImgContext, isWanted: boolean) {
    this.#print = isWanted ? (text) => context.stdout(text) : undefined;
  }

  /** Tells a share of the whole, up to 1. */
  show(share: number): void {
    this.#print?.(`    (${(share * 100).toFixed(2)}/100%)\r`);
  }

  /** Goes on to the next line, however the command ended. */
  end(): void {
    this.#print?.('\n');
  }
}
