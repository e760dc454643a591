import { readdirSync } from 'node:fs';

const names = readdirSync(new URL('../../../qmp-mock/data/', import.meta.url)).toSorted((a, b) =>
  a.localeCompare(b, 'en', { numeric: true }),
);

/** The oldest version that a mock can be, which is not what it is by default unless there's only one. */
export const OLDEST: string = names[0]!;
/** The newest, which a mock is by default. */
export const NEWEST: string = names.at(-1)!;

/** A version as a greeting has it. */
export function numbers(version: string): { major: number; minor: number } {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return { major, minor };
}
