import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Furnish } from '../beside/play.ts';
import type { Session, Step } from '../beside/session.ts';
import { writeIdleGuest } from '../qemu/idle-guest.ts';

/** The list of cases that a stand-in is known to get wrong lies beside them. */
const NOT_A_CASE = 'still-wrong.json';

/** A file of a case: its size in bytes, and the bytes that are not zero, in hexadecimal, by offset. */
type FileOfCase = number | { readonly size: number; readonly at: Readonly<Record<string, string>> };

/** One case that somebody met: a command line and the commands after it, as JSON in a file of its own. */
export interface Case {
  /** The file's name without `.json`. */
  readonly name: string;
  readonly title: string;
  /** Its report, as `owner/repository#number`; missing for a case of our own. */
  readonly report?: string;
  /** Versions that it is about; by default all. */
  readonly versions?: readonly string[];
  readonly files?: Readonly<Record<string, FileOfCase>>;
  readonly args: readonly string[];
  readonly steps: readonly Step[];
}

/** The cases of a folder, by name. */
export function readCases(folder: string): Case[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== NOT_A_CASE)
    .toSorted()
    .map((file) => ({
      ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Case, 'name'>),
      name: file.slice(0, -'.json'.length),
    }));
}

/** The case as a session that can be played. */
export function sessionOf({ args, steps }: Case): Session {
  return { options: [args], steps };
}

/** Makes the files of a case. `halt.bin` is firmware that does nothing. */
export function furnishing({ files = {}, args }: Case): Furnish {
  return async (directory) => {
    await mkdir(join(directory, 'folder'));
    if (args.includes('halt.bin')) writeIdleGuest(join(directory, 'halt.bin'));
    for (const [name, spec] of Object.entries(files)) {
      const { size, at } = typeof spec === 'number' ? { size: spec, at: {} } : spec;
      await using file = await open(join(directory, name), 'w');
      await file.truncate(size);
      for (const [offset, hex] of Object.entries(at)) {
        const bytes = Buffer.from(hex, 'hex');
        await file.write(bytes, 0, bytes.length, Number(offset));
      }
    }
  };
}
