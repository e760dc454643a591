import { describe, expect, it } from 'vitest';
import { machineBench } from '../../../test/support/machine-bench.ts';

const OFF = ['SHUTDOWN {"guest":true,"reason":"guest-shutdown"}', 'exit 0'];

describe('the power button', () => {
  it.for(['pc', 'q35'])('makes the guest of a %s power off, after the reply', (type) => {
    const bench = machineBench({ type });
    const { log } = bench;
    bench.send('system_powerdown');
    expect(log).toEqual(['POWERDOWN', '{}', ...OFF]);
  });

  it.for([
    ['a board without ACPI', { type: 'isapc' }],
    ['a board without anything', { type: 'none' }],
    [
      'a board that was told to do without',
      { type: 'pc', given: [{ name: 'machine', argument: 'pc,acpi=off' }] },
    ],
    ['a deaf guest', { type: 'pc', guest: 'deaf' }],
    ['a machine without a guest', { type: 'pc', guest: 'none' }],
  ] as const)('does nothing to %s', ([, options]) => {
    const bench = machineBench(options);
    const { log } = bench;
    bench.send('system_powerdown');
    expect(log).toEqual(['POWERDOWN', '{}']);
  });

  it('is seen by a guest that was stopped, once it runs again', () => {
    const bench = machineBench({ type: 'pc' });
    const { log } = bench;
    bench.send('stop');
    bench.send('system_powerdown');
    expect(log).toEqual(['STOP', '{}', 'POWERDOWN', '{}']);
    bench.send('cont');
    expect(log.slice(4)).toEqual(['RESUME', '{}', ...OFF]);
  });

  it('is forgotten by a reset', () => {
    const bench = machineBench({ type: 'pc', guest: 'deaf' });
    const { log, machine } = bench;
    bench.send('system_powerdown');
    bench.send('system_reset');
    machine.guest.consents = 'at-once';
    expect(log).not.toContain('exit 0');
  });

  it('is obeyed when the guest has made up its mind, and not before', () => {
    const bench = machineBench({ type: 'pc' });
    const { log, machine, clock } = bench;
    machine.guest.consents = { afterMs: 3000 };
    bench.send('system_powerdown');
    clock.advance(2999);
    expect(log).toEqual(['POWERDOWN', '{}']);
    clock.advance(1);
    expect(log.slice(2)).toEqual(OFF);
  });

  it('takes the time that the guest needs to shut down, on top of that', () => {
    const bench = machineBench({ type: 'pc', shutdownMs: 1000 });
    const { log, machine, clock } = bench;
    machine.guest.consents = { afterMs: 3000 };
    bench.send('system_powerdown');
    clock.advance(3999);
    expect(log).toEqual(['POWERDOWN', '{}']);
    clock.advance(1);
    expect(log.slice(2)).toEqual(OFF);
  });

  it('is obeyed at once when the guest is told to hurry', () => {
    const bench = machineBench({ type: 'pc', shutdownMs: 1000 });
    const { log, machine } = bench;
    bench.send('system_powerdown');
    machine.guest.shutdownMs = 0;
    expect(log).toEqual(['POWERDOWN', '{}', ...OFF]);
  });

  it.for([-1, NaN, Infinity, '5' as unknown as number])('does not take a time of %o', (time) => {
    const { machine } = machineBench();
    expect(() => {
      machine.guest.shutdownMs = time;
    }).toThrow('`machine.guest.shutdownMs` is a number of ms from 0');
  });

  it('is obeyed once, however often it is pressed', () => {
    const bench = machineBench({ type: 'pc', action: { shutdown: 'pause' } });
    const { log, machine } = bench;
    machine.guest.consents = 'never';
    bench.send('system_powerdown');
    bench.send('system_powerdown');
    machine.guest.consents = 'at-once';
    expect(log).toEqual(['POWERDOWN', '{}', 'POWERDOWN', '{}', OFF[0], 'STOP']);
  });
});
