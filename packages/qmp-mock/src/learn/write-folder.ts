import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeExit } from './lib/clean-up.ts';
import type { Learned } from './learn.ts';

/**
 * Writes what was learned into the folder of a version, in one below it for the target. What is there is
 * replaced at once, when all has been written: nobody ever reads half of it.
 *
 * @returns The folder that was written.
 */
export function writeFolder(folder: string, { target, files }: Learned): string {
  const place = join(folder, target);
  mkdirSync(dirname(place), { recursive: true });
  const made = mkdtempSync(join(folder, '.learning-'));
  const remove = (): void => rmSync(made, { recursive: true, force: true });
  const forget = beforeExit(remove);
  try {
    mkdirSync(join(made, target));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(made, target, file), text);
    rmSync(place, { recursive: true, force: true });
    renameSync(join(made, target), place);
  } finally {
    forget();
    remove();
  }
  return place;
}
