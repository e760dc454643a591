import type { Step } from '../../../beside/session.ts';
import type { Dice } from '../dice.ts';

/** Commands that no version has, or that later or earlier ones have under that name. */
const UNKNOWN = [
  'nosuch',
  'query-nosuch',
  'query-cpus',
  'device-add',
  'migrate_set_speed',
  'query-events',
  'blockdev_add',
  'Query-status',
  '',
  'block_passwd',
  'change',
  'migrate-set-cache-size',
  'guest-ping',
  'cpu-add',
  'object_add',
  'xen-event-list',
  'query-rocker',
  'dump-skeys',
  'qmp_capabilities',
];

/** A command that is not there. */
export function unknownCommand(dice: Dice): Step {
  return { execute: dice.pick(UNKNOWN) };
}

/** The command with a fault in its arguments: one is missing, is of another type or is not known. */
export function mistaken(dice: Dice, step: Step): Step {
  const args: Record<string, unknown> = { ...step.arguments };
  const names = Object.keys(args);
  const spoil = dice.weighted<() => void>([
    [3, () => (args[dice.pick(['nosuch', 'Id', 'timeout'])] = 1)],
    ...(names.length === 0
      ? []
      : ([
          [3, () => delete args[dice.pick(names)]],
          [
            4,
            () =>
              (args[dice.pick(names)] = dice.pick<unknown>([
                null,
                5,
                true,
                [],
                {},
                'x',
                '',
                -1,
                1.5,
                'é"\\',
              ])),
          ],
        ] as [number, () => void][])),
  ]);
  spoil();
  return { execute: step.execute, arguments: args };
}
