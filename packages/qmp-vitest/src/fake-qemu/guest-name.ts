import { findOption } from './options.ts';

/** The guest's name on a command line: `-name web`, or `-name guest=web,process=vm-web`. */
export function guestName(argv: readonly string[]): string | undefined {
  const value = findOption(argv, 'name');
  return value === undefined ? undefined : guestNameIn(value);
}

/** The guest's name in a value of `-name`; a comma that is part of it is written twice. */
export function guestNameIn(value: string): string {
  const parts = value.replaceAll(',,', '\0').split(',');
  const named = parts.find((part) => part.startsWith('guest='))?.slice('guest='.length);
  return (named ?? parts[0] ?? '').replaceAll('\0', ',');
}
