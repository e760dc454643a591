import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageOf, type Coverage } from '../internals/coverage.ts';
import { loadProfile } from '../internals/engine.ts';
import { loadSchema } from '../internals/schema.ts';
import { inRepository } from '../lib/repository.ts';
import { dataFolder, recordedVersions, type VersionName } from '../lib/versions.ts';
import { table } from './options.ts';

/** The versions whose types `qmp-core` has. */
export function typedVersions(): string {
  const rows = recordedVersions().map((version) => {
    const { commands, events } = loadSchema(version);
    const type = `Qapi${version.replace('.', '')}`;
    return [
      version,
      `\`import type { ${type} } from 'qmp-core/qapi/${version}'\``,
      `${commands.size}`,
      `${events.size}`,
    ];
  });
  return table(['QEMU', 'types', 'commands', 'events'], rows);
}

/** The versions that the mock has built in, and how much of each it models. */
export function builtInVersions(): string {
  const rows = recordedVersions().map((version) => {
    const { handled, recorded, checkedOnly } = coverage(version);
    const counts = [handled, recorded, checkedOnly].map((names) => `${names.length}`);
    return [`\`'${version}'\``, recordedFrom(version), ...counts, `${loadSchema(version).events.size}`];
  });
  const head = ['`qemu`', 'recorded from', 'commands handled', 'recorded replies', 'checked only', 'events'];
  return table(head, rows);
}

/** The versions of Node, Vitest and QEMU that the fixtures take. */
export function supported(): string {
  const manifest = JSON.parse(readFileSync(inRepository('packages/qmp-vitest/package.json'), 'utf8')) as {
    engines: { node: string };
    peerDependencies: { vitest: string };
  };
  return table(
    ['', 'versions'],
    [
      ['Node', `\`${manifest.engines.node}\``],
      ['Vitest', `\`${manifest.peerDependencies.vitest}\``],
      ['QEMU, as a mock', `${recordedVersions().join(', ')}, or any that \`qmp-mock learn\` has asked`],
      ['QEMU, real', 'any `qemu-system-*` with QMP; tried with 5.2, 7.2, 10.0 and 11.1'],
    ],
  );
}

/** The lists of commands by how the mock answers them, for the newest version. */
export function commandLists(): string {
  const version = recordedVersions().at(-1)!;
  const { handled, recorded, checkedOnly } = coverage(version);
  const section = (title: string, names: readonly string[]): string =>
    `### ${title}: ${names.length}\n\n${names.map((name) => `\`${name}\``).join(', ')}`;
  return [
    `For QEMU ${version}:`,
    section('Handled', handled),
    section('Answered with a recorded reply', recorded),
    section('Arguments checked, then not modelled', checkedOnly),
  ].join('\n\n');
}

const coverage = (version: VersionName): Coverage => coverageOf(loadProfile(version));

/** The build that a version's data were recorded from. */
function recordedFrom(version: VersionName): string {
  const { version: recorded } = JSON.parse(
    readFileSync(join(dataFolder(version), 'profile.json'), 'utf8'),
  ) as {
    version: { qemu: { major: number; minor: number; micro: number }; package: string };
  };
  const { major, minor, micro } = recorded.qemu;
  return `${major}.${minor}.${micro} (${recorded.package.replace(/^\w+ \d+:/, (text) => `${text.split(' ')[0]} `)})`;
}
