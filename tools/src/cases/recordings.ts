import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { foldLine, foldOutput } from '../beside/fold.ts';
import { play, type Answer, type Transcript } from '../beside/play.ts';
import { readRows, writeRows } from '../lib/json-lines.ts';
import type { VersionName } from '../lib/versions.ts';
import type { Program } from '../qemu/program.ts';
import { furnishing, sessionOf, type Case } from './case.ts';
import type { Account } from './verdict.ts';

/** How often a case is played at most. */
const ATTEMPTS = 5;

const fileOf = (folder: string, version: VersionName): string => join(folder, 'recorded', `${version}.jsonl`);

/** Reads a QEMU's behaviour in each case of a folder, by the case's name. */
export function readRecordings(folder: string, version: VersionName): Map<string, Account> {
  const rows = readRows<Account & { case: string }>(fileOf(folder, version));
  return new Map(rows.map(({ case: name, ...account }) => [name, account]));
}

/** Writes what a QEMU did, a line for each case. */
export function writeRecordings(
  folder: string,
  version: VersionName,
  accounts: ReadonlyMap<string, Account>,
): void {
  const file = fileOf(folder, version);
  mkdirSync(dirname(file), { recursive: true });
  writeRows(
    file,
    [...accounts].map(([name, account]) => ({ case: name, ...account })),
  );
}

/**
 * Plays a case on a QEMU until two accounts in a row are the same. If there are none, the last two are kept:
 * what differs between them says nothing about a stand-in.
 */
export async function recordCase(program: Program, given: Case): Promise<Account> {
  const once = async (): Promise<Transcript> =>
    folded(await play(program, sessionOf(given), furnishing(given), { patience: 2 }));
  let first = await once();
  for (let attempt = 2; ; attempt++) {
    const second = await once();
    if (JSON.stringify(first) === JSON.stringify(second)) return { first };
    if (attempt === ATTEMPTS) return { first, second };
    first = second;
  }
}

/** Without times and the like, so that a recording changes only if QEMU does. */
function folded({ start, answers }: Transcript): Transcript {
  return {
    start: start.up === false ? { ...start, output: foldOutput(start.output) } : start,
    answers: answers.map(({ reply, events, ...rest }): Answer => ({
      ...(reply === undefined ? {} : { reply: foldLine(reply) }),
      events: events.map(foldLine),
      ...rest,
    })),
  };
}
