import { ImgFailure } from './context.ts';

/** Reads the value of `--output`. */
export function outputFormat(value: string | undefined): 'human' | 'json' {
  if (value === undefined || value === 'human') return 'human';
  if (value === 'json') return 'json';
  throw new ImgFailure('--output must be used with human or json as argument.');
}

/** Prints the progress of a command over the previous line, as QEMU does. */
export function progress(print: ((text: string) => void) | undefined, share: number): void {
  print?.(`    (${(share * 100).toFixed(2)}/100%)\r`);
}
