import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { foldLine, foldOutput } from '../beside/fold.ts';
import { play, type Answer, type Transcript } from '../beside/play.ts';
import type { VersionName } from '../lib/versions.ts';
import type { Program } from '../qemu/program.ts';
import { furnishing, sessionOf, type Case } from './case.ts';
import type { Account } from './verdict.ts';

const fileOf = (folder: string, version: VersionName): string => join(folder, 'recorded', `${version}.jsonl`);

/** What a QEMU of that version did in each case of a folder, by the case's name. */
export function readRecordings(folder: string, version: VersionName): Map<string, Account> {
  const file = fileOf(folder, version);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  return new Map(
    lines.map((line) => {
      const { case: name, ...account } = JSON.parse(line) as Account & { case: string };
      return [name, account];
    }),
  );
}

/** Writes what a QEMU did, a line for each case. */
export function writeRecordings(
  folder: string,
  version: VersionName,
  accounts: ReadonlyMap<string, Account>,
): void {
  const file = fileOf(folder, version);
  mkdirSync(dirname(file), { recursive: true });
  const lines = [...accounts].map(([name, account]) => `${JSON.stringify({ case: name, ...account })}\n`);
  writeFileSync(file, lines.join(''));
}

/** Plays a case twice on a QEMU: what differs the second time says nothing about a stand-in. */
export async function recordCase(program: Program, given: Case): Promise<Account> {
  const once = async (): Promise<Transcript> =>
    folded(await play(program, sessionOf(given), furnishing(given), { patience: 2 }));
  const first = await once();
  const second = await once();
  return JSON.stringify(first) === JSON.stringify(second) ? { first } : { first, second };
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
