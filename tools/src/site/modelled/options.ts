import { readFileSync } from 'node:fs';
import { loadProfile } from '../../internals/engine.ts';
import { machineData, subjectsOf } from '../../internals/machine.ts';
import { inRepository } from '../../lib/repository.ts';

/** Source in which the machine decides by an option's argument what depends on it. */
const SETUP = 'packages/qmp-mock/src/machine/setup/setup.ts';

/** The fate of each option of a version's command line. */
export function optionCells(version: string): ReadonlyMap<string, string> {
  const byArgument = optionsByArgument();
  const { argument, flag, unsupported } = machineData(loadProfile(version)).options;
  const known = [...argument, ...flag].toSorted();
  return new Map([
    ...known.map((name): [string, string] => [`-${name}`, cellOf(name, byArgument)]),
    ...unsupported.map((name): [string, string] => [`-${name}`, 'refused, as on x86']),
  ]);
}

function cellOf(name: string, byArgument: ReadonlySet<string>): string {
  if (byArgument.has(name)) return 'by its argument';
  const subjects = subjectsOf(name);
  if (subjects.length === 0) return 'modelled';
  return subjects.length > EVERYTHING ? 'checked only' : `checked; touches ${subjects.join(', ')}`;
}

/** An option that touches more than this isn't known in any part. */
const EVERYTHING = 12;

/** Options that are modelled for some arguments, and touch parts of the machine with others. */
function optionsByArgument(): ReadonlySet<string> {
  const source = readFileSync(inRepository(SETUP), 'utf8');
  const [, body = ''] = /switch \(name\) \{([^]*?)\n {6}default:/.exec(source) ?? [];
  const names = [...body.matchAll(/case '([^']+)'/g)].map(([, name = '']) => name);
  if (names.length === 0) throw new Error(`${SETUP} doesn't decide by an option's argument any more`);
  return new Set(names);
}
