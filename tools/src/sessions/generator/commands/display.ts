import { named } from '../world.ts';
import { step, type StepMaker } from './maker.ts';

const keys = (...codes: readonly string[]): { type: 'qcode'; data: string }[] =>
  codes.map((data) => ({ type: 'qcode', data }));

export const displayCommands: readonly (readonly [number, StepMaker])[] = [
  [
    5,
    (dice, world) =>
      step('screendump', {
        filename: dice.pick(['shot.ppm', 'shot.png', '@DIR@/shot.ppm', 'nodir/x.ppm']),
        ...(dice.percent(20) ? { format: dice.pick(['png', 'ppm', 'gif']) } : {}),
        ...(dice.percent(25)
          ? { device: named(dice, world.devicesOf('VGA', 'virtio-', 'cirrus', 'bochs')) }
          : {}),
        ...(dice.percent(12) ? { head: 1 } : {}),
      }),
  ],
  [
    4,
    (dice) =>
      step('send-key', {
        keys: dice.pick([
          keys('ret'),
          keys('ctrl', 'alt', 'delete'),
          keys('nosuch'),
          [],
          [{ type: 'number', data: 30 }],
          [{ type: 'qcode' }],
        ]),
        ...(dice.percent(20) ? { 'hold-time': 10 } : {}),
      }),
  ],
  [
    3,
    (dice) =>
      step('input-send-event', {
        events: dice.pick<unknown[]>([
          [{ type: 'key', data: { down: true, key: { type: 'qcode', data: 'a' } } }],
          [{ type: 'abs', data: { axis: 'x', value: 100 } }],
          [{ type: 'rel', data: { axis: 'x', value: 1 } }],
          [{ type: 'btn', data: { down: true, button: 'left' } }],
          [],
          [{ type: 'nosuch', data: {} }],
        ]),
        ...(dice.percent(10) ? { device: 'nosuch' } : {}),
      }),
  ],
  [
    4,
    (dice) =>
      step('set_password', {
        protocol: dice.pick(['vnc', 'vnc', 'spice', 'nosuch']),
        password: 'x',
        ...(dice.percent(20) ? { connected: dice.pick(['keep', 'disconnect', 'nosuch']) } : {}),
      }),
  ],
  [
    3,
    (dice) =>
      step('expire_password', {
        protocol: dice.pick(['vnc', 'vnc', 'spice']),
        time: dice.pick(['now', 'never', '+30', 'soon', '1']),
      }),
  ],
  [2, () => step('change-vnc-password', { password: 'x' })],
  [2, () => step('query-vnc')],
  [2, () => step('query-vnc-servers')],
  [1, () => step('query-mice')],
  [1, (dice) => step('display-reload', { type: dice.pick(['vnc', 'nosuch']) })],
  [1, () => step('display-update', { type: 'vnc', addresses: [] })],
  [1, (dice) => step('add_client', { protocol: dice.pick(['vnc', 'nosuch', 'c0']), fdname: 'nosuch' })],
  [
    1,
    (dice) =>
      step('dump-guest-memory', {
        paging: dice.percent(20),
        protocol: dice.pick(['file:dump.elf', 'file:/nosuch/d', 'nosuch', 'fd:nosuch']),
        ...(dice.percent(15) ? { begin: 5 } : {}),
        ...(dice.percent(10) ? { format: 'kdump-zlib' } : {}),
      }),
  ],
  [
    1,
    (dice) =>
      step(dice.pick(['pmemsave', 'memsave']), {
        val: 0,
        size: 4096,
        filename: dice.pick(['mem.bin', '/nosuch/m']),
      }),
  ],
];
