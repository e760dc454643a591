import { AT_ONCE, mapAtOnce } from '../lib/at-once.ts';
import type { VersionName } from '../lib/versions.ts';
import type { Program } from '../qemu/program.ts';
import { readCases, type Case } from './case.ts';
import { readRecordings, recordCase, writeRecordings } from './recordings.ts';

/** The cases of a folder that are for a version. */
export function casesOf(folder: string, version: VersionName, only: RegExp): Case[] {
  return readCases(folder).filter(
    ({ name, versions }) => only.test(name) && (versions?.includes(version) ?? true),
  );
}

/** Writes down what a QEMU does in the cases of a folder; those that are not asked for stay as they are. */
export async function recordFolder(folder: string, qemu: Program, only = /(?:)/): Promise<void> {
  const before = readRecordings(folder, qemu.version);
  const accounts = await mapAtOnce(casesOf(folder, qemu.version, /(?:)/), AT_ONCE, async (item) => {
    const account = only.test(item.name) ? await recordCase(qemu, item) : before.get(item.name);
    return account === undefined ? [] : [[item.name, account] as const];
  });
  const kept = new Map(accounts.flat());
  writeRecordings(folder, qemu.version, kept);
  console.log(`${qemu.version}: ${kept.size} cases`);
}
