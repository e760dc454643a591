import type { Dice } from '../dice.ts';
import { named } from '../world.ts';
import { step, type StepMaker } from './maker.ts';

const ACTIONS: readonly Record<string, unknown>[] = [
  { reboot: 'shutdown', shutdown: 'pause' },
  { panic: 'none' },
  { watchdog: 'inject-nmi' },
  {},
  { shutdown: 'poweroff', panic: 'none', reboot: 'shutdown' },
  { panic: 'nosuch' },
  { reboot: 'reset' },
];

function address(dice: Dice): string {
  return dice.pick([
    'tcp:127.0.0.1:1',
    'tcp:127.0.0.1:1',
    'unix:nobody.sock',
    'unix:@DIR@/nobody.sock',
    'exec:false',
    'exec:cat >/dev/null',
    'exec:cat > mig.bin',
    'fd:nosuch',
    'tcp:',
    'nosuch',
    '',
    'file:mig.out',
    'tcp:127.0.0.1',
    'defer',
    'rdma:127.0.0.1:1',
    'unix:',
    'exec:',
    'vsock:1:1',
  ]);
}

const CAPABILITIES = [
  'events',
  'xbzrle',
  'auto-converge',
  'postcopy-ram',
  'multifd',
  'return-path',
  'release-ram',
  'pause-before-switchover',
  'zero-copy-send',
  'background-snapshot',
  'compress',
  'block',
  'dirty-bitmaps',
  'validate-uuid',
  'late-block-activate',
  'x-ignore-shared',
  'mapped-ram',
  'nosuch',
];
const PARAMETERS: readonly Record<string, unknown>[] = [
  { 'max-bandwidth': 1_048_576_000 },
  { 'downtime-limit': 500 },
  { 'downtime-limit': -1 },
  { 'downtime-limit': 3_000_000 },
  { 'cpu-throttle-initial': 50 },
  { 'cpu-throttle-initial': 100 },
  { 'multifd-channels': 4 },
  { 'multifd-channels': 0 },
  { 'xbzrle-cache-size': 1000 },
  { 'tls-creds': 'nosuch' },
  { 'tls-creds': '' },
  { 'max-bandwidth': -1 },
  {},
  { 'block-incremental': true },
  { 'compress-level': 11 },
  { 'multifd-compression': 'zlib' },
  { 'max-postcopy-bandwidth': 1000 },
  { 'announce-rounds': 2000 },
  { nosuch: 1 },
];

export const lifecycleCommands: readonly (readonly [number, StepMaker])[] = [
  [6, () => step('stop')],
  [7, () => step('cont')],
  [4, () => step('system_reset')],
  [4, () => step('system_powerdown')],
  [1, () => step('system_wakeup')],
  [2, () => step('inject-nmi')],
  [2, () => step('quit')],
  [3, (dice) => step('set-action', dice.pick(ACTIONS))],
  [
    1,
    (dice) => step('watchdog-set-action', { action: dice.pick(['pause', 'none', 'inject-nmi', 'nosuch']) }),
  ],
  [1, () => step('x-exit-preconfig')],
  [1, () => step('rtc-reset-reinjection')],
  [1, (dice) => step('getfd', { fdname: dice.pick(['a', '1a', '']) })],
  [1, () => step('closefd', { fdname: 'nosuch' })],
  [1, (dice) => step('remove-fd', { 'fdset-id': dice.integer(0, 3) })],
  [1, () => step('add-fd', {})],
  [
    1,
    (dice) => step('trace-event-get-state', { name: dice.pick(['nosuch', 'qmp_job_cancel', 'qmp_job_*']) }),
  ],
  [
    1,
    (dice, world) =>
      step('yank', {
        instances: dice.pick([
          [],
          [{ type: 'chardev', id: named(dice, world.chardevs) }],
          [{ type: 'block-node', 'node-name': named(dice, world.nodes) }],
          [{ type: 'migration' }],
        ]),
      }),
  ],
  [1, () => step('announce-self', { initial: 50, max: 550, rounds: 5, step: 50 })],
  [1, (dice) => step('set-numa-node', { type: 'node', nodeid: dice.integer(0, 2) })],
];

export const migrationCommands: readonly (readonly [number, StepMaker])[] = [
  [9, (dice) => step('migrate', { uri: address(dice), ...(dice.percent(10) ? { detach: true } : {}) })],
  [5, () => step('query-migrate')],
  [2, () => step('migrate_cancel')],
  [
    4,
    (dice) =>
      step('migrate-set-capabilities', {
        capabilities: Array.from({ length: dice.integer(0, 2) }, () => ({
          capability: dice.pick(CAPABILITIES),
          state: dice.percent(75),
        })),
      }),
  ],
  [4, (dice) => step('migrate-set-parameters', dice.pick(PARAMETERS))],
  [1, () => step('query-migrate-capabilities')],
  [1, () => step('query-migrate-parameters')],
  [
    2,
    (dice) =>
      step('migrate-incoming', {
        uri: dice.pick([
          'unix:in2.sock',
          'defer',
          'nosuch',
          'tcp:',
          'unix:nodir/in.sock',
          'exec:false',
          'fd:nosuch',
        ]),
      }),
  ],
  [1, () => step('migrate-start-postcopy')],
  [
    1,
    (dice) =>
      step('migrate-continue', { state: dice.pick(['pre-switchover', 'active', 'device', 'nosuch']) }),
  ],
  [1, () => step('migrate-pause')],
  [1, () => step('migrate-recover', { uri: 'unix:r.sock' })],
  [
    1,
    (dice) =>
      step('client_migrate_info', {
        protocol: dice.pick(['spice', 'vnc', 'nosuch']),
        hostname: 'h',
        port: 5900,
      }),
  ],
];
