import { expect, it } from 'vitest';
import { machineBench } from '../../../test/support/machine-bench.ts';
import { VERSIONS } from '../../../test/support/versions.ts';

const get = (
  qemu: string,
  property: string,
  options: { memory?: number; maxMemory?: number; memorySlots?: number; given?: Record<string, string> },
): unknown => {
  const { given = {}, ...more } = options;
  const bench = machineBench({
    qemu,
    paused: true,
    ...more,
    given: Object.entries({ nodefaults: '', display: 'none', ...given }).map(([name, argument]) => ({
      name,
      argument,
    })),
  });
  return bench.send('qom-get', { path: '/machine', property });
};

it.for(VERSIONS)('the board of QEMU %s has the memory and the CPUs that it was given', (qemu) => {
  expect(get(qemu, 'memory', {})).toEqual({ size: 128 * 1024 ** 2 });
  expect(get(qemu, 'memory', { memory: 64, maxMemory: 1024 })).toEqual({ size: 64 * 1024 ** 2 });
  expect(get(qemu, 'memory', { memory: 64, maxMemory: 1024, memorySlots: 2 })).toEqual({
    size: 64 * 1024 ** 2,
    slots: 2,
    'max-size': 1024 ** 3,
  });
  const counts = { cpus: 4, maxcpus: 4, sockets: 2, cores: 2, threads: 1 };
  expect(get(qemu, 'smp', { given: { smp: '4,sockets=2,cores=2' } })).toMatchObject(counts);
});

it.for(VERSIONS)('the clock of QEMU %s has the time of the host', (qemu) => {
  const start = { tm_year: 70, tm_mon: 0, tm_mday: 1, tm_hour: 0, tm_min: 0, tm_sec: 0 };
  expect(get(qemu, 'rtc-time', {})).toEqual(start);
  expect(get(qemu, 'rtc-time', { given: { rtc: 'base=2020-01-01' } })).toContain('does not model');
});
