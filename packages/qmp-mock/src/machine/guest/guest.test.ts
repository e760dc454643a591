import { describe, expect, it } from 'vitest';
import { machineBench } from '../../../test/support/machine-bench.ts';
import type { Guest } from './guest.ts';
import type { MachineActions } from '../machine-options.ts';

const SHUTDOWN = (reason: string): string => `SHUTDOWN {"guest":true,"reason":"${reason}"}`;
const RESET = 'RESET {"guest":true,"reason":"guest-reset"}';

const cases: readonly {
  title: string;
  act: (guest: Guest) => void;
  action?: Partial<MachineActions>;
  log: readonly string[];
  state: string;
}[] = [
  {
    title: 'powers off',
    act: (guest) => guest.powerOff(),
    log: [SHUTDOWN('guest-shutdown'), 'exit 0'],
    state: 'running',
  },
  {
    title: 'powers off under -no-shutdown',
    act: (guest) => guest.powerOff(),
    action: { shutdown: 'pause' },
    log: [SHUTDOWN('guest-shutdown'), 'STOP'],
    state: 'shutdown',
  },
  { title: 'resets', act: (guest) => guest.reset(), log: [RESET], state: 'running' },
  {
    title: 'resets under -no-reboot',
    act: (guest) => guest.reset(),
    action: { reboot: 'shutdown' },
    log: [SHUTDOWN('guest-reset'), 'exit 0'],
    state: 'running',
  },
  { title: 'suspends', act: (guest) => guest.suspend(), log: ['SUSPEND'], state: 'suspended' },
  {
    title: 'hibernates',
    act: (guest) => guest.hibernate(),
    log: ['SUSPEND_DISK', SHUTDOWN('guest-shutdown'), 'exit 0'],
    state: 'running',
  },
  {
    title: 'panics',
    act: (guest) => guest.panic(),
    log: ['GUEST_PANICKED {"action":"poweroff"}', 'STOP', SHUTDOWN('guest-panic'), 'exit 0'],
    state: 'guest-panicked',
  },
  {
    title: 'panics under -no-shutdown',
    act: (guest) => guest.panic(),
    action: { shutdown: 'pause' },
    log: ['GUEST_PANICKED {"action":"pause"}', 'STOP'],
    state: 'guest-panicked',
  },
  {
    title: 'panics under -action panic=exit-failure',
    act: (guest) => guest.panic(),
    action: { panic: 'exit-failure' },
    log: ['GUEST_PANICKED {"action":"poweroff"}', 'STOP', SHUTDOWN('guest-panic'), 'exit 1'],
    state: 'guest-panicked',
  },
  {
    title: 'panics under -action panic=none',
    act: (guest) => guest.panic({ type: 's390' }),
    action: { panic: 'none' },
    log: ['GUEST_PANICKED {"action":"run","info":{"type":"s390"}}'],
    state: 'running',
  },
  {
    title: 'has loaded its crash kernel',
    act: (guest) => guest.crashLoaded(),
    log: ['GUEST_CRASHLOADED {"action":"run"}'],
    state: 'running',
  },
  ...(
    [
      ['reset', [RESET], 'running'],
      ['shutdown', ['POWERDOWN', SHUTDOWN('guest-shutdown'), 'exit 0'], 'running'],
      ['poweroff', ['exit 0'], 'running'],
      ['pause', ['STOP'], 'watchdog'],
      ['debug', [], 'running'],
      ['none', [], 'running'],
    ] as const
  ).map(([watchdog, more, state]) => ({
    title: `lets its watchdog run out: ${watchdog}`,
    act: (guest: Guest) => guest.watchdog(),
    action: { watchdog },
    log: [`WATCHDOG {"action":"${watchdog}"}`, ...more],
    state,
  })),
];

describe('a guest', () => {
  it.for(cases)('$title', ({ act, action, log, state }) => {
    const { machine, log: seen } = machineBench({ action });
    act(machine.guest);
    expect(seen).toEqual(log);
    expect(machine.power.state).toBe(state);
  });

  it('goes on after a panic that stopped it', () => {
    const bench = machineBench({ action: { shutdown: 'pause' } });
    bench.machine.guest.panic();
    bench.send('cont');
    expect(bench.log.slice(-2)).toEqual(['RESUME', '{}']);
  });

  it('wakes by itself', () => {
    const bench = machineBench();
    bench.machine.guest.suspend();
    bench.machine.guest.wake();
    expect(bench.log).toEqual(['SUSPEND', 'WAKEUP']);
    expect(() => bench.machine.guest.wake()).toThrow('not in suspended state');
  });
});
