import { coverageOf } from '../../internals/coverage.ts';
import { loadProfile } from '../../internals/engine.ts';

/** How the mock answers each QMP command of a version. */
export function commandCells(version: string): ReadonlyMap<string, string> {
  const { handled, recorded, checkedOnly } = coverageOf(loadProfile(version));
  return new Map([
    ...handled.map((name): [string, string] => [name, 'modelled']),
    ...recorded.map((name): [string, string] => [name, 'recorded']),
    ...checkedOnly.map((name): [string, string] => [name, 'checked only']),
  ]);
}

/** How it answers each command of the human monitor, topics of `info` included. */
export function humanCells(version: string): ReadonlyMap<string, string> {
  const { commands, topics } = coverageOf(loadProfile(version)).human;
  const cell = (modelled: boolean): string => (modelled ? 'modelled' : 'not modelled');
  return new Map([
    ...[...commands].map(([name, modelled]): [string, string] => [name, cell(modelled)]),
    ...[...topics].map(([name, modelled]): [string, string] => [`info ${name}`, cell(modelled)]),
  ]);
}
