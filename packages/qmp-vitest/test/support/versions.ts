import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const data = fileURLToPath(new URL('../../../qmp-mock/data/', import.meta.url));
const names = readdirSync(data).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** The oldest version that a mock can be, which is not what it is by default unless there's only one. */
export const OLDEST: string = names[0]!;
/** The newest, which a mock is by default. */
export const NEWEST: string = names.at(-1)!;

/** A version as a greeting has it. */
export function numbers(version: string): { major: number; minor: number } {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return { major, minor };
}

/**
 * A folder as `qmp-mock learn` writes it, which is the caller's to remove: that of a version, with other
 * numbers in its greeting.
 */
export function learnedFolder(version: string, other: { micro: number }): string {
  const folder = mkdtempSync(join(tmpdir(), 'learned-'));
  cpSync(join(data, version), folder, { recursive: true });
  const profile = join(folder, 'x86_64/profile.json');
  const contents = JSON.parse(readFileSync(profile, 'utf8')) as { version: { qemu: object } };
  Object.assign(contents.version.qemu, other);
  writeFileSync(profile, JSON.stringify(contents));
  return folder;
}
