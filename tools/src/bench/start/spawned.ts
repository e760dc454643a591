/** The cost of a QEMU that the code under test starts from the directory of `fakeQemu`. */
import { FakeQemu } from '../../internals/fake-qemu.ts';
import { Scratch } from '../../internals/qemu-driver.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { shown } from '../../lib/table.ts';
import { compare, medianOf } from '../lib/measure.ts';
import { format, ratioOf, yes } from '../lib/rows.ts';
import { timeToGreeting, type Server } from '../mock/servers.ts';

/** Machines, and how much of a real QEMU's time a stand-in may take. */
const GOALS = [
  ['q35', 0.25],
  ['none', 0.4],
] as const;

/** Gives a row for each machine. */
export async function spawnedRows(
  name: string,
  command: Server['program']['command'],
  rounds: number,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [machine, goal] of GOALS) {
    using scratch = new Scratch('qmp-bench-');
    const version = recordedVersions().find((known) => name.endsWith(` ${known}`));
    const fakeQemu = await FakeQemu.open({
      directory: scratch.path,
      mockOptions: { qemu: version },
      patience: 10_000,
    });
    const args: Server['args'] = (_way, path) => [
      ...['-machine', machine, '-nodefaults', '-display', 'none', '-qmp', `unix:${path}`],
    ];
    const server = (words: Server['program']['command']): Server => ({
      program: { name, version: '', command: words },
      args,
    });
    const results = await compare(
      {
        real: () => timeToGreeting(server(command)),
        fake: () => timeToGreeting(server([fakeQemu.program()])),
      },
      rounds,
    );
    await fakeQemu.close();
    const ratio = ratioOf(results['fake'], results['real']) ?? Number.NaN;
    const times = ['real', 'fake'].map((key) => format(medianOf(results[key])));
    rows.push(shown([name, machine, ...times, ratio.toFixed(2), `≤ ${goal}×`, yes(ratio <= goal)]));
  }
  return rows;
}
