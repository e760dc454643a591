import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageOf } from '../internals/coverage.ts';
import { loadProfile } from '../internals/engine.ts';
import { loadSchema } from '../internals/schema.ts';
import { inRepository } from '../lib/repository.ts';
import { dataFolder, recordedVersions } from '../lib/versions.ts';
import { table } from './options.ts';

/** Sources in which the machine names the events that it sends. */
const MACHINE = 'packages/qmp-mock/src/machine';

/** Strong and weak sides of the mock, by version. */
export function strengths(): string {
  const versions = recordedVersions();
  const per = (cell: (version: string) => string): string[] => versions.map(cell);
  const isQuery = (name: string): boolean => /^(?:x-)?query-/.test(name);
  return table(
    ['', ...versions],
    [
      ['commands whose arguments are checked', ...per((version) => ratio(loadSchema(version).commands.size))],
      [
        'commands that change something, handled',
        ...per((version) => commands(version, (name) => !isQuery(name))),
      ],
      ['queries, handled or recorded', ...per((version) => commands(version, isQuery))],
      ['events that the machine sends by itself', ...per(events)],
      ['device models whose data were recorded', ...per(devices)],
    ],
  );
}

const ratio = (all: number, some: number = all): string => `${some} of ${all}`;

/** The commands of a kind that are answered. */
function commands(version: string, isOfKind: (name: string) => boolean): string {
  const { handled, recorded, checkedOnly } = coverageOf(loadProfile(version));
  const answered = [...handled, ...recorded].filter(isOfKind).length;
  return ratio(answered + checkedOnly.filter(isOfKind).length, answered);
}

/** The events of a version that the sources of the machine name. */
function events(version: string): string {
  const text = readdirSync(inRepository(MACHINE), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(inRepository(join(MACHINE, file)), 'utf8'))
    .join('\n');
  const names = [...loadSchema(version).events.keys()];
  return ratio(names.length, names.filter((name) => text.includes(`'${name}'`)).length);
}

/** The device models of a version that were recorded, as lines of its file. */
function devices(version: string): string {
  return `${
    readFileSync(join(dataFolder(version), 'models.jsonl'), 'utf8')
      .trim()
      .split('\n').length
  }`;
}
