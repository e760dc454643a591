import { describe, expect, it } from 'vitest';
import { deviceMachine } from '../../test/support/device-machine.ts';
import type { MachineBench } from '../../test/support/machine-bench.ts';
import { VERSIONS, versionsWhere } from '../../test/support/versions.ts';

const MIB = 1024 ** 2;
const CPUS = '-machine q35 -nodefaults -smp 1,maxcpus=2';
const MEMORY =
  '-machine pc -nodefaults -m 128M,maxmem=1G -object memory-backend-ram,id=m,size=256M -device virtio-mem-pci,id=v,memdev=m';
const PLACE = { 'socket-id': 0, 'core-id': 1, 'thread-id': 0 };

const plugCpu = (bench: MachineBench): unknown =>
  bench.send('device_add', { driver: 'qemu64-x86_64-cpu', id: 'c', ...PLACE });
const indices = (bench: MachineBench): unknown =>
  (bench.send('query-cpus-fast') as { 'cpu-index': number }[]).map((cpu) => cpu['cpu-index']);
/** Everything but the replies to queries. */
const said = ({ log }: MachineBench): readonly string[] => log.filter((line) => !/^(\[|\{")/.test(line));
const sizeChange = (size: number): string =>
  `MEMORY_DEVICE_SIZE_CHANGE {"id":"v","size":${size},"qom-path":"/machine/peripheral/v"}`;
const ask = (bench: MachineBench, size: number): unknown =>
  bench.send('qom-set', { path: 'v', property: 'requested-size', value: size });

describe.each(VERSIONS)('QEMU %s', (qemu) => {
  it('an obedient guest lets a CPU go, whose place is free again', () => {
    const bench = deviceMachine(CPUS, { qemu });
    plugCpu(bench);
    expect(indices(bench)).toEqual([0, 1]);
    bench.send('device_del', { id: 'c' });
    expect(indices(bench)).toEqual([0]);
    plugCpu(bench);
    const deleted = 'DEVICE_DELETED {"device":"c","path":"/machine/peripheral/c"}';
    expect(said(bench)).toEqual(['{}', '{}', deleted, '{}']);
  });

  it('an obedient guest takes the memory that it is asked to take, and gives it back', () => {
    const bench = deviceMachine(MEMORY, { qemu });
    ask(bench, 64 * MIB);
    ask(bench, 0);
    expect(said(bench)).toEqual(['{}', sizeChange(64 * MIB), '{}', sizeChange(0)]);
    ask(bench, 128 * MIB);
    expect(bench.send('query-memory-size-summary')).toEqual({
      'base-memory': 128 * MIB,
      'plugged-memory': 128 * MIB,
    });
  });

  it('a guest takes memory once it runs, and again after a reset', () => {
    const bench = deviceMachine(`${MEMORY},requested-size=2M -S`, { qemu });
    bench.send('cont');
    bench.send('system_reset');
    const reset = 'RESET {"guest":false,"reason":"host-qmp-system-reset"}';
    const taken = sizeChange(2 * MIB);
    expect(said(bench).filter((line) => line !== '{}')).toEqual([
      'RESUME',
      taken,
      reset,
      sizeChange(0),
      taken,
    ]);
  });

  it('a guest that takes its time takes memory later', () => {
    const bench = deviceMachine(MEMORY, { qemu });
    bench.machine.guest.consents = { afterMs: 200 };
    ask(bench, 2 * MIB);
    bench.clock.advance(199);
    expect(said(bench)).toEqual(['{}']);
    bench.clock.advance(1);
    expect(said(bench)).toEqual(['{}', sizeChange(2 * MIB)]);
  });

  it('a machine without a guest keeps its memory', () => {
    const bench = deviceMachine(MEMORY, { qemu, guest: 'none' });
    ask(bench, 2 * MIB);
    expect(said(bench)).toEqual(['{}']);
  });
});

it.each(versionsWhere(({ cpuUnplug }) => cpuUnplug !== ''))(
  'QEMU %s refuses to ask a CPU to go before a guest has told it how',
  (qemu) => {
    const bench = deviceMachine(`${CPUS} -S`, { qemu });
    plugCpu(bench);
    bench.send('device_del', { id: 'c' });
    expect(said(bench)).toEqual([
      '{}',
      'GenericError: acpi: device unplug request for not supported device type: qemu64-x86_64-cpu',
    ]);
  },
);

it.each(versionsWhere(({ virtioMemoryUnplug }) => virtioMemoryUnplug))(
  'QEMU %s keeps virtio-mem of which the guest has something',
  (qemu) => {
    const bench = deviceMachine(MEMORY, { qemu });
    ask(bench, 2 * MIB);
    bench.send('device_del', { id: 'v' });
    expect(bench.log.at(-1)).toBe(
      'GenericError: virtio-mem device cannot get unplugged while some of its memory is still plugged',
    );
  },
);
