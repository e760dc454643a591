import type { Dice } from '../dice.ts';
import { named, type World } from '../world.ts';
import { step, type StepMaker } from './maker.ts';

const node = (dice: Dice, world: World): string => named(dice, [...world.nodes, ...world.drives], 15);

function freshJob(dice: Dice, world: World): string {
  const id = dice.percent(10)
    ? (world.jobs[0] ?? 'j0')
    : dice.percent(4)
      ? 'bad id!'
      : world.freshId(dice, 'j');
  world.jobs.push(id);
  return id;
}

const onJob =
  (name: string, member: 'id' | 'device'): StepMaker =>
  (dice, world) =>
    step(name, { [member]: named(dice, world.jobs, 25) });

export const jobCommands: readonly (readonly [number, StepMaker])[] = [
  [
    5,
    (dice, world) =>
      step('blockdev-backup', {
        'job-id': freshJob(dice, world),
        device: node(dice, world),
        target: node(dice, world),
        sync: dice.pick(['full', 'full', 'top', 'none', 'nosuch']),
        ...(dice.percent(25) ? { 'auto-dismiss': false } : {}),
        ...(dice.percent(20) ? { speed: 65_536 } : {}),
      }),
  ],
  [
    4,
    (dice, world) =>
      step('blockdev-mirror', {
        'job-id': freshJob(dice, world),
        device: node(dice, world),
        target: node(dice, world),
        sync: dice.pick(['full', 'top']),
      }),
  ],
  [
    3,
    (dice, world) =>
      step('drive-backup', {
        device: node(dice, world),
        target: dice.pick(['bk.qcow2', '/nosuchdir/b.qcow2', 't0.qcow2']),
        sync: 'full',
        ...(dice.percent(60) ? { format: 'qcow2' } : {}),
        ...(dice.percent(60) ? { 'job-id': freshJob(dice, world) } : {}),
      }),
  ],
  [
    2,
    (dice, world) =>
      step('drive-mirror', {
        device: node(dice, world),
        target: dice.pick(['mi.qcow2', '/nosuchdir/m.qcow2']),
        sync: 'full',
        format: 'qcow2',
        'job-id': freshJob(dice, world),
      }),
  ],
  [
    4,
    (dice, world) =>
      step('block-stream', {
        device: node(dice, world),
        'job-id': freshJob(dice, world),
        ...(dice.percent(20) ? { 'base-node': node(dice, world) } : {}),
      }),
  ],
  [
    4,
    (dice, world) =>
      step('block-commit', {
        device: node(dice, world),
        'job-id': freshJob(dice, world),
        ...(dice.percent(25) ? { 'base-node': node(dice, world) } : {}),
        ...(dice.percent(15) ? { 'top-node': 'nosuch' } : {}),
      }),
  ],
  [
    2,
    (dice, world) =>
      step('blockdev-create', {
        'job-id': freshJob(dice, world),
        options: dice.pick([
          { driver: 'file', filename: 'made.raw', size: 1_048_576 },
          { driver: 'qcow2', file: node(dice, world), size: 1_048_576 },
          { driver: 'file', filename: 'nodir/x', size: 0 },
          { driver: 'nosuch' },
        ]),
      }),
  ],
  [
    1,
    (dice, world) =>
      step('x-blockdev-amend', {
        'job-id': freshJob(dice, world),
        'node-name': node(dice, world),
        options: { driver: 'qcow2' },
      }),
  ],
  [
    2,
    (dice, world) =>
      step(dice.pick(['snapshot-save', 'snapshot-load']), {
        'job-id': freshJob(dice, world),
        tag: 't',
        vmstate: node(dice, world),
        devices: [node(dice, world)],
      }),
  ],
  [
    1,
    (dice, world) =>
      step('snapshot-delete', { 'job-id': freshJob(dice, world), tag: 't', devices: [node(dice, world)] }),
  ],
  [4, () => step('query-jobs')],
  [3, () => step('query-block-jobs')],
  [2, onJob('block-job-cancel', 'device')],
  [1, onJob('block-job-complete', 'device')],
  [1, onJob('block-job-pause', 'device')],
  [1, onJob('block-job-resume', 'device')],
  [1, onJob('block-job-dismiss', 'id')],
  [1, onJob('block-job-finalize', 'id')],
  [
    1,
    (dice, world) =>
      step('block-job-set-speed', {
        device: named(dice, world.jobs, 25),
        speed: dice.pick([0, 1_048_576, -1]),
      }),
  ],
  [2, onJob('job-cancel', 'id')],
  [2, onJob('job-dismiss', 'id')],
  [1, onJob('job-complete', 'id')],
  [1, onJob('job-pause', 'id')],
  [1, onJob('job-resume', 'id')],
  [1, onJob('job-finalize', 'id')],
];
