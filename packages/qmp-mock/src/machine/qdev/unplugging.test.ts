import { describe, expect, it } from 'vitest';
import { deviceMachine } from '../../../test/support/device-machine.ts';
import type { MachineBench } from '../../../test/support/machine-bench.ts';
import { knownVersions } from '../../version/version-folders.ts';

const PC = '-machine pc -nodefaults';
const Q35 = '-machine q35 -nodefaults -device pcie-root-port,id=rp';
/** Ports are not under ACPI: the guest is asked by a button, and answers with a lamp. */
const PORT = `${Q35} -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off`;

const asked = 'device_del a';
const gone = [
  'DEVICE_DELETED {"path":"/machine/peripheral/a/virtio-backend"}',
  'DEVICE_DELETED {"device":"a","path":"/machine/peripheral/a"}',
];
const already = 'GenericError: Device a is already in the process of unplug';
const busy = 'GenericError: Hot-unplug failed: guest is busy (power indicator blinking)';
const absent = "DeviceNotFound: Device 'a' not found";
const RESET = 'RESET {"guest":false,"reason":"host-qmp-system-reset"}';

/** A command (`device_del a`, `stop`), something that the test does, or a number of ms that pass. */
type Step = string | number | ((bench: MachineBench) => void);

interface Row {
  readonly title: string;
  readonly args: string;
  readonly guest?: 'obedient' | 'deaf' | 'none';
  readonly steps: readonly Step[];
  /** Everything that comes: `{}` is a reply without a value. */
  readonly log: readonly string[];
}

const obedient: readonly Row[] = [
  {
    title: 'lets a device go once the reply is out',
    args: `${PC} -device virtio-rng-pci,id=a`,
    steps: [asked, asked],
    log: ['{}', ...gone, absent],
  },
  {
    title: 'does nothing before the machine runs',
    args: `${PC} -device virtio-rng-pci,id=a -S`,
    steps: [asked, asked, 'cont', asked],
    log: ['{}', already, 'RESUME', '{}', ...gone, absent],
  },
  {
    title: 'does nothing while the machine is stopped',
    args: `${PC} -device virtio-rng-pci,id=a`,
    steps: ['stop', asked, asked, 'cont', asked],
    log: ['STOP', '{}', '{}', '{}', 'RESUME', '{}', ...gone, absent],
  },
  {
    title: 'takes its time',
    args: `${PC} -device virtio-rng-pci,id=a`,
    steps: [({ machine }) => (machine.guest.consents = { afterMs: 800 }), asked, 799, asked, 1, asked],
    log: ['{}', '{}', ...gone, absent],
  },
  {
    title: 'is stopped in the middle of it, and begins anew',
    args: `${PC} -device virtio-rng-pci,id=a`,
    steps: [
      ({ machine }) => (machine.guest.consents = { afterMs: 800 }),
      asked,
      'stop',
      5000,
      'cont',
      799,
      1,
    ],
    log: ['{}', 'STOP', '{}', 'RESUME', '{}', ...gone],
  },
  {
    title: 'listens at last',
    args: `${PC} -device virtio-rng-pci,id=a`,
    guest: 'deaf',
    steps: [asked, 60_000, ({ machine }) => (machine.guest.consents = 'at-once'), asked],
    log: ['{}', ...gone, absent],
  },
  {
    title: 'comes at last',
    args: `${PC} -device virtio-rng-pci,id=a`,
    guest: 'none',
    steps: [asked, ({ machine }) => (machine.guest.present = true), asked],
    log: ['{}', ...gone, absent],
  },
  {
    title: 'can let go all but bridges that were there before it',
    args: `${PC} -device pci-bridge,id=a,chassis_nr=1`,
    steps: [asked, asked],
    log: ['{}', '{}'],
  },
  {
    title: 'lets a module of memory go',
    args: `${PC} -m 128,slots=2,maxmem=1G -object memory-backend-ram,id=m,size=64M -device pc-dimm,id=a,memdev=m`,
    steps: ['object-del m', asked, 'object-del m'],
    log: [expect.stringContaining("'m'"), '{}', gone[1]!, '{}'],
  },
  {
    title: 'powers a port down, and its lamp blinks meanwhile',
    args: `${PORT} -device virtio-rng-pci,id=a,bus=rp`,
    steps: [
      ({ machine }) => (machine.guest.consents = { afterMs: 8000 }),
      asked,
      4999,
      asked,
      1,
      asked,
      3000,
      asked,
    ],
    log: ['{}', already, busy, ...gone, absent],
  },
  {
    title: 'refuses, and may be asked again',
    args: `${PC} -device virtio-rng-pci,id=a -S`,
    steps: [asked, ({ machine }) => machine.guest.refuseUnplug('a'), asked],
    log: ['{}', 'DEVICE_UNPLUG_GUEST_ERROR {"device":"a","path":"/machine/peripheral/a"}', '{}'],
  },
];

const without: readonly Row[] = [
  {
    title: 'a device stays until a reset',
    args: `${PC} -device virtio-rng-pci,id=a`,
    guest: 'none',
    steps: [asked, 60_000, asked, 'system_reset', asked],
    log: ['{}', '{}', RESET, '{}', ...gone, absent],
  },
  {
    title: 'a device stays with a deaf guest, too',
    args: `${PC} -device virtio-rng-pci,id=a`,
    guest: 'deaf',
    steps: [asked, 60_000, 'system_reset'],
    log: ['{}', RESET, '{}', ...gone],
  },
  {
    title: 'a port may be asked again after five seconds, and outlives a reset',
    args: `${PORT} -device virtio-rng-pci,id=a,bus=rp`,
    guest: 'none',
    steps: [asked, 4999, asked, 1, asked, asked, 'system_reset', asked],
    log: ['{}', already, '{}', already, RESET, '{}', already],
  },
  {
    title: 'the five seconds are those in which the machine runs',
    args: `${PORT} -device virtio-rng-pci,id=a,bus=rp`,
    guest: 'none',
    steps: [asked, 'stop', 60_000, asked, 'cont', 5000, asked],
    log: ['{}', 'STOP', '{}', already, 'RESUME', '{}', '{}'],
  },
  {
    title: 'what has come into a port that nobody powered goes at once',
    args: `${PORT} -S`,
    steps: ['device_add a', asked, asked],
    log: ['{}', '{}', ...gone, absent],
  },
  {
    title: 'what has come into a port that a guest powers is asked for',
    args: PORT,
    steps: ['device_add a', ({ machine }) => (machine.guest.consents = 'never'), asked, asked],
    log: ['{}', '{}', already],
  },
];

describe.for(knownVersions())('QEMU %s', (qemu) => {
  const play = ({ args, guest, steps }: Row): string[] => {
    const bench = deviceMachine(args, { qemu, guest });
    for (const step of steps) {
      if (typeof step === 'function') step(bench);
      else if (typeof step === 'number') bench.clock.advance(step);
      else {
        const [name = '', id = ''] = step.split(' ');
        const driver = { driver: 'virtio-rng-pci', id, bus: 'rp' };
        bench.send(name, name === 'device_add' ? driver : id === '' ? {} : { id });
      }
    }
    return bench.log;
  };

  describe('a guest', () => {
    it.for(obedient)('$title', (row) => expect(play(row)).toEqual(row.log));
  });

  describe('without consent', () => {
    it.for(without)('$title', (row) => expect(play(row)).toEqual(row.log));
  });

  it('tells of a module of memory that the guest keeps, as the version does', () => {
    const memory = '-m 128,slots=2,maxmem=1G -object memory-backend-ram,id=m,size=64M';
    const bench = deviceMachine(`${PC} ${memory} -device pc-dimm,id=a,memdev=m`, {
      qemu,
      guest: 'deaf',
    });
    bench.send('device_del', { id: 'a' });
    bench.machine.guest.refuseUnplug('a', 'busy');
    const refusal = 'DEVICE_UNPLUG_GUEST_ERROR {"device":"a","path":"/machine/peripheral/a"}';
    const own = 'MEM_UNPLUG_ERROR {"device":"a","msg":"busy"}';
    expect([
      ['{}', own, refusal],
      ['{}', refusal],
    ]).toContainEqual(bench.log);
  });
});

it('a device that waits for the guest is told of', () => {
  const bench = deviceMachine(`${PC} -device virtio-rng-pci,id=a`);
  const { machine, clock } = bench;
  machine.guest.consents = { afterMs: 500 };
  bench.send('device_del', { id: 'a' });
  expect(clock.waiting).toEqual([
    { ms: 500, kind: 'event', what: 'DEVICE_DELETED of a, when the guest lets it go' },
  ]);
  machine.stop();
  expect(clock.waiting).toEqual([]);
});

it('only what waits can be refused', () => {
  const { machine } = deviceMachine(`${PC} -device virtio-rng-pci,id=a`);
  expect(() => machine.guest.refuseUnplug('a')).toThrow(
    "No device a waits to be unplugged: send `device_del` first, to a guest that doesn't consent at once",
  );
});

it.for(['sometimes', { afterMs: -1 }, { afterMs: '5' }, null])('%j is no consent', (consents) => {
  const { machine } = deviceMachine(PC);
  expect(() => (machine.guest.consents = consents as never)).toThrow(
    `\`machine.guest.consents\` is 'at-once', 'never' or { afterMs: a number of ms from 0 }, not ${JSON.stringify(consents)}`,
  );
  expect(machine.guest.consents).toBe('at-once');
});
