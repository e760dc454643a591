import { describe, expect, it } from 'vitest';
import { machineBench } from '../../../test/support/machine-bench.ts';
import type { MachineOptions } from '../machine-options.ts';
import { rulesOf, VERSIONS, versionsWhere } from '../../../test/support/versions.ts';

const RESET = 'RESET {"guest":false,"reason":"host-qmp-system-reset"}';
const SHUTDOWN = (reason: string): string =>
  `SHUTDOWN {"guest":${reason.startsWith('guest-')},"reason":"${reason}"}`;

/**
 * Each case: how the machine is started, what is done, what it says in order, and the run state at the end.
 */
const cases: readonly {
  title: string;
  options?: MachineOptions;
  commands: readonly string[];
  log: readonly string[];
  state: string;
}[] = [
  { title: 'stop', commands: ['stop'], log: ['STOP', '{}'], state: 'paused' },
  { title: 'a second stop', commands: ['stop', 'stop'], log: ['STOP', '{}', '{}'], state: 'paused' },
  { title: 'cont', commands: ['stop', 'cont'], log: ['STOP', '{}', 'RESUME', '{}'], state: 'running' },
  { title: 'cont while running', commands: ['cont'], log: ['{}'], state: 'running' },
  { title: 'stop under -S', options: { paused: true }, commands: ['stop'], log: ['{}'], state: 'prelaunch' },
  {
    title: 'cont under -S',
    options: { paused: true },
    commands: ['cont'],
    log: ['RESUME', '{}'],
    state: 'running',
  },
  { title: 'reset', commands: ['system_reset'], log: [RESET, '{}'], state: 'running' },
  {
    title: 'reset while stopped',
    commands: ['stop', 'system_reset', 'cont'],
    log: ['STOP', '{}', RESET, '{}', 'RESUME', '{}'],
    state: 'running',
  },
  {
    title: 'reset under -no-reboot',
    options: { action: { reboot: 'shutdown' } },
    commands: ['system_reset'],
    log: [SHUTDOWN('host-qmp-system-reset'), '{}', 'exit 0'],
    state: 'running',
  },
  {
    title: 'reset under -no-reboot -no-shutdown',
    options: { action: { reboot: 'shutdown', shutdown: 'pause' } },
    commands: ['system_reset', 'cont', 'system_reset'],
    log: [
      SHUTDOWN('host-qmp-system-reset'),
      'STOP',
      '{}',
      'GenericError: Resetting the Virtual Machine is required',
      SHUTDOWN('host-qmp-system-reset'),
      '{}',
    ],
    state: 'shutdown',
  },
  {
    title: 'powerdown',
    options: { guest: 'deaf' },
    commands: ['system_powerdown'],
    log: ['POWERDOWN', '{}'],
    state: 'running',
  },
  {
    title: 'quit',
    commands: ['quit'],
    log: [SHUTDOWN('host-qmp-quit'), '{}', 'exit 0'],
    state: 'running',
  },
  {
    title: 'quit under -no-shutdown',
    options: { action: { shutdown: 'pause' } },
    commands: ['quit'],
    log: [SHUTDOWN('host-qmp-quit'), '{}', 'exit 0'],
    state: 'running',
  },
  {
    title: 'wakeup of a guest that is awake',
    commands: ['system_wakeup'],
    log: ['GenericError: Unable to wake up: guest is not in suspended state'],
    state: 'running',
  },
  {
    title: 'wakeup of machine none',
    options: { type: 'none' },
    commands: ['system_wakeup'],
    log: ['GenericError: wake-up from suspend is not supported by this guest'],
    state: 'running',
  },
  {
    title: 'stop and cont of a machine that waits for a migration',
    options: { incoming: 'defer' },
    commands: ['stop', 'cont', 'system_reset'],
    log: ['{}', '{}', RESET, '{}'],
    state: 'inmigrate',
  },
];

describe('run states', () => {
  it.for(cases)('$title', ({ options, commands, log, state }) => {
    const bench = machineBench(options);
    for (const command of commands) bench.send(command);
    expect(bench.log).toEqual(log);
    expect(bench.send('query-status')).toMatchObject({ status: state, running: state === 'running' });
  });

  it.for(VERSIONS)('shows singlestep where the version has it: %s', (qemu) => {
    expect(machineBench({ qemu }).send('query-status')).toEqual({
      running: true,
      ...(rulesOf(qemu).statusHasSinglestep && { singlestep: false }),
      status: 'running',
    });
  });

  it('lets set-action change what a reset does', () => {
    const bench = machineBench();
    bench.send('set-action', { reboot: 'shutdown', shutdown: 'pause' });
    bench.send('system_reset');
    bench.send('set-action', { reboot: 'reset' });
    bench.send('system_reset');
    expect(bench.log).toEqual(['{}', SHUTDOWN('host-qmp-system-reset'), 'STOP', '{}', '{}', RESET, '{}']);
    expect(bench.machine.power.state).toBe('prelaunch');
  });

  it('ends on a signal, whatever -no-shutdown says', () => {
    const bench = machineBench({ action: { shutdown: 'pause' } });
    bench.machine.terminate();
    expect(bench.log).toEqual([SHUTDOWN('host-signal'), 'exit 0']);
  });
});

describe('a suspended guest', () => {
  it.for(versionsWhere((rules) => !rules.stopsWhileSuspended))(
    'is left alone by stop and cont in %s',
    (qemu) => {
      const bench = machineBench({ qemu });
      bench.machine.guest.suspend();
      for (const command of ['stop', 'cont', 'system_wakeup']) bench.send(command);
      expect(bench.log).toEqual(['SUSPEND', '{}', '{}', 'WAKEUP', '{}']);
    },
  );

  it.for(versionsWhere((rules) => rules.stopsWhileSuspended))(
    'is stopped, and suspended again by cont, in %s',
    (qemu) => {
      const bench = machineBench({ qemu });
      bench.machine.guest.suspend();
      bench.send('stop');
      expect(bench.machine.power.state).toBe('paused');
      bench.send('system_wakeup');
      bench.send('cont');
      expect(bench.machine.power.state).toBe('suspended');
      bench.send('cont');
      bench.send('system_wakeup');
      expect(bench.log).toEqual([
        'SUSPEND',
        'STOP',
        '{}',
        'GenericError: Unable to wake up: guest is not in suspended state',
        'RESUME',
        '{}',
        '{}',
        'WAKEUP',
        '{}',
      ]);
      expect(bench.machine.power.running).toBe(true);
    },
  );

  it('is not suspended any more after a reset', () => {
    const bench = machineBench();
    bench.machine.guest.suspend();
    bench.send('stop');
    bench.send('system_reset');
    expect(bench.machine.power.state).toBe('prelaunch');
    bench.send('cont');
    expect(bench.machine.power.state).toBe('running');
  });
});

describe('-preconfig', () => {
  it('refuses what needs a machine, then lets it run', () => {
    const bench = machineBench({ preconfig: true });
    expect(bench.send('query-status')).toEqual({ running: false, status: 'prelaunch' });
    expect(bench.send('cont')).toBe(
      "GenericError: The command 'cont' is permitted only after machine initialization has completed",
    );
    bench.log.length = 0;
    bench.send('x-exit-preconfig');
    expect(bench.log).toEqual(['RESUME', '{}']);
    expect(bench.send('x-exit-preconfig')).toBe(
      'GenericError: The command is permitted only before machine initialization',
    );
  });

  it('holds the guest where -S says so', () => {
    const bench = machineBench({ preconfig: true, paused: true });
    bench.send('x-exit-preconfig');
    expect(bench.log).toEqual(['{}']);
    expect(bench.machine.power.state).toBe('prelaunch');
  });

  it('ends where the NUMA nodes do not hold the memory', () => {
    const failures: string[] = [];
    const bench = machineBench({
      preconfig: true,
      memory: 64,
      host: { fail: (message) => failures.push(message) },
    });
    bench.send('set-numa-node', { type: 'node', nodeid: 0 });
    bench.send('x-exit-preconfig');
    expect(failures).toEqual(['total memory for NUMA nodes (0x0) should equal RAM size (0x4000000)']);
    expect(bench.log).toContain('exit 1');
  });
});
