import { relative } from 'node:path';
import { quoteWord } from '../qemu/quote.ts';
import type { CassettePlace } from './place.ts';

/** The command that records a test's cassette again, to be run in the working directory of the tests. */
export function recordAgain({ file, names }: CassettePlace): string {
  const local = relative(process.cwd(), file);
  const path = local.startsWith('..') ? file : local;
  // Vitest takes it as a pattern.
  const name = (names.at(-1) ?? '').replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return `QMP_BACKEND=record QMP_CASSETTE_MODE=update npx vitest run ${quoteWord(path)} -t ${quoteWord(name)}`;
}
