import { expect, test, describe } from 'vitest';
import { launched } from '../../test/support/launched.ts';
import { needQemu } from '../../test/support/real-qemu.ts';
import { standIn } from '../../test/support/stand-in.ts';

const NEVER = `setInterval(() => {}, 1000);`;
const NEGOTIATES = `greet(); onRequest(({ execute, id }) => execute === 'qmp_capabilities' ? say({ return: {}, id }) : other(id));`;

/** A busy machine takes its time to end a process: each step is given more than it can need. */
const PATIENT = { quitTimeout: 50_000, termTimeout: 50_000, killTimeout: 50_000 };

describe('a real QEMU', { timeout: 60_000 }, () => {
  needQemu();

  test('ends by quit, and a second stop says the same', async () => {
    const vm = await launched(PATIENT);
    const [first, second] = await Promise.all([vm.stop(), vm.stop()]);
    expect(first).toEqual({ by: 'quit', exit: { code: 0, signal: null } });
    expect(second).toBe(first);
    expect(await vm.dispose()).toBe(first);
  });

  test('one that has ended is left alone', async () => {
    const vm = await launched(PATIENT);
    await vm.client.execute('quit');
    await vm.waitForExit({ timeout: 50_000 });
    expect(await vm.stop()).toEqual({ by: 'already-exited', exit: { code: 0, signal: null } });
  });

  test('one whose client is closed ends by SIGTERM', async () => {
    const vm = await launched(PATIENT);
    await vm.client.close();
    expect(await vm.stop()).toMatchObject({ by: 'SIGTERM', exit: { code: 0 } });
  });

  test('one that sleeps (SIGSTOP) is woken to quit', async () => {
    const vm = await launched(PATIENT);
    process.kill(vm.pid, 'SIGSTOP');
    expect(await vm.stop()).toMatchObject({ by: 'quit' });
  });

  test('kill ends it at once, also in the middle of a stop', async () => {
    const vm = await launched({ quitTimeout: 60_000 });
    expect(await vm.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await vm.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await vm.stop()).toMatchObject({ by: 'already-exited' });
  });

  test('one that crashes says how', async () => {
    const vm = await launched(PATIENT);
    process.kill(vm.pid, 'SIGSEGV');
    expect(await vm.exited).toEqual({ code: null, signal: 'SIGSEGV' });
    expect(vm.exit).toEqual({ code: null, signal: 'SIGSEGV' });
    expect(String(vm)).toContain('killed by SIGSEGV');
  });
});

describe('a program that is no QEMU', { timeout: 60_000 }, () => {
  test('one that does not answer is told by SIGTERM', async () => {
    const binary = standIn(`const other = () => {}; ${NEGOTIATES} ${NEVER}`);
    const vm = await launched({ binary, transport: 'fd', quitTimeout: 50, termTimeout: 50_000 });
    expect(await vm.stop()).toEqual({ by: 'SIGTERM', exit: { code: null, signal: 'SIGTERM' } });
  });

  test('one that refuses to quit is not waited for', async () => {
    const refuse = `const other = (id) => say({ error: { class: 'GenericError', desc: 'no' }, id });`;
    const binary = standIn(`${refuse} ${NEGOTIATES} ${NEVER}`);
    // Long enough to fail the test by its own deadline, were it waited for.
    const vm = await launched({ binary, transport: 'fd', quitTimeout: 600_000, termTimeout: 50_000 });
    expect(await vm.stop()).toMatchObject({ by: 'SIGTERM' });
  });

  test('one that hears nothing is killed', async () => {
    const binary = standIn(`process.on('SIGTERM', () => {}); const other = () => {}; ${NEGOTIATES} ${NEVER}`);
    const vm = await launched({ binary, transport: 'fd', quitTimeout: 50, termTimeout: 50 });
    expect(await vm.stop()).toEqual({ by: 'SIGKILL', exit: { code: null, signal: 'SIGKILL' } });
  });

  test('steps can be left out', async () => {
    const binary = standIn(`const other = () => process.exit(9); ${NEGOTIATES} ${NEVER}`);
    const vm = await launched({ binary, transport: 'fd', quitTimeout: 0, termTimeout: 0 });
    expect(await vm.stop()).toMatchObject({ by: 'SIGKILL' });
  });

  test('a kill during a stop hastens it', async () => {
    const binary = standIn(`process.on('SIGTERM', () => {}); const other = () => {}; ${NEGOTIATES} ${NEVER}`);
    const vm = await launched({ binary, transport: 'fd', quitTimeout: 600_000 });
    const stopping = vm.stop();
    await vm.kill();
    expect(await stopping).toEqual({ by: 'quit', exit: { code: null, signal: 'SIGKILL' } });
  });

  test('waitForExit has a deadline of its own', async () => {
    const binary = standIn(`const other = () => {}; ${NEGOTIATES} ${NEVER}`);
    const vm = await launched({ binary, transport: 'fd', quitTimeout: 0 });
    await expect(vm.waitForExit({ timeout: 20 })).rejects.toMatchObject({
      code: 'QMP_TIMEOUT',
      message: `QEMU (pid ${vm.pid}) is still running after 20 ms: it was expected to end`,
    });
  });
});
