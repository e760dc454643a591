import { QmpDisconnectedError, QmpTimeoutError } from 'qmp-core';
import { describe, expect, test } from 'vitest';
import { launched } from '../../test/support/launched.ts';
import { needQemu } from '../../test/support/real-qemu.ts';
import { endedWhile } from './child.ts';
import { QemuExitError, type QemuExit } from './errors.ts';
import { QemuOutput } from './output.ts';
import { allOf, anyOf, eventOf, exitOf, outputOf, runState, waitFor, type Condition } from './wait.ts';

describe('a real QEMU', { timeout: 60_000 }, () => {
  needQemu();

  test('a run state that it has, and one that it gets into', async () => {
    const vm = await launched({ paused: true });
    expect(await waitFor(runState(vm.client, 'prelaunch'))).toBe('prelaunch');
    const running = waitFor(runState(vm.client, ['running', 'shutdown']), { timeout: 30_000 });
    await vm.client.execute('cont');
    expect(await running).toBe('running');
  });

  test('a run state that does not come says which there is', async () => {
    const vm = await launched();
    const waiting = waitFor(runState(vm.client, 'paused'), { timeout: 2000 });
    await expect(waiting).rejects.toThrow('Waited 2000 ms for the run state paused: it is running');
    await expect(waiting).rejects.toBeInstanceOf(QmpTimeoutError);
  });

  test('an event that has come, and one that comes', async () => {
    const vm = await launched();
    await vm.client.execute('stop');
    expect(await waitFor(eventOf(vm.client, 'STOP'), { timeout: 30_000 })).toMatchObject({ event: 'STOP' });
    const waiting = waitFor(eventOf(vm.client, ['RESUME', 'STOP']), { timeout: 30_000 });
    await vm.client.execute('cont');
    expect(await waiting).toMatchObject({ event: 'RESUME' });
  });

  test('an event with data', async () => {
    const vm = await launched();
    const match = { guest: false, reason: 'host-qmp-quit' };
    const waiting = waitFor(eventOf(vm.client, 'SHUTDOWN', { match }), { timeout: 30_000 });
    await vm.client.execute('quit');
    expect(await waiting).toMatchObject({ data: match });
  });

  test('its end', async () => {
    const vm = await launched();
    const waiting = waitFor(exitOf(vm, 0), { timeout: 30_000 });
    await vm.client.execute('quit');
    expect(await waiting).toEqual({ code: 0, signal: null });
    await expect(waitFor(exitOf(vm, 1))).rejects.toThrow('ended with exit code 0, not with exit code 1');
  });

  test('the end of QEMU ends the other waits', async () => {
    const vm = await launched();
    const waits = Promise.allSettled([
      waitFor(runState(vm.client, 'paused')),
      waitFor(eventOf(vm.client, 'NEVER')),
      waitFor(outputOf(vm.output.stderr, 'never')),
    ]);
    await vm.kill();
    expect(await waits).toEqual([
      { status: 'rejected', reason: expect.any(QmpDisconnectedError) },
      { status: 'rejected', reason: expect.any(QmpDisconnectedError) },
      { status: 'rejected', reason: expect.any(QemuExitError) },
    ]);
  });

  test('any of several: an end is an answer where it was asked for', async () => {
    const vm = await launched();
    const waiting = waitFor(anyOf({ paused: runState(vm.client, 'paused'), gone: exitOf(vm) }), {
      timeout: 30_000,
    });
    await vm.kill();
    expect(await waiting).toEqual({ name: 'gone', value: { code: null, signal: 'SIGKILL' } });
  });

  test('what is no longer waited for takes no event away', async () => {
    const vm = await launched();
    const first = await waitFor(
      anyOf({ running: runState(vm.client, 'running'), stopped: eventOf(vm.client, 'STOP') }),
    );
    expect(first).toEqual({ name: 'running', value: 'running' });
    await vm.client.execute('stop');
    expect(await vm.client.waitForEvent('STOP', { timeout: 30_000 })).toMatchObject({ event: 'STOP' });
  });

  test('all of several, in any order', async () => {
    const vm = await launched();
    const waiting = waitFor(
      allOf({ end: exitOf(vm), stopped: eventOf(vm.client, 'STOP'), resumed: eventOf(vm.client, 'RESUME') }),
      { timeout: 30_000 },
    );
    for (const name of ['stop', 'cont', 'quit'] as const) await vm.client.execute(name);
    expect(await waiting).toMatchObject({
      end: { code: 0 },
      stopped: { event: 'STOP' },
      resumed: { event: 'RESUME' },
    });
  });
});

const never: Condition<never> = {
  description: 'the end of time',
  wait: (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    }),
};

const ended = (exit: QemuExit): { exited: Promise<QemuExit> } => ({ exited: Promise.resolve(exit) });

const failing = (error: Error): Condition<never> => ({
  description: 'a miracle',
  wait: async () => {
    throw error;
  },
});

const given = <T>(value: T): Condition<T> => ({ description: 'nothing', wait: () => Promise.resolve(value) });

test('one deadline for all of it; the message says what is missing', async () => {
  const output = new QemuOutput({ name: 'the console', limit: 1000 });
  output.push(Buffer.from('Booting'));
  const condition = allOf({
    one: given(1),
    two: anyOf({ login: outputOf(output, 'login:'), end: never }),
    three: never,
  });
  await expect(waitFor(condition, { timeout: 30 })).rejects.toMatchObject({
    timeout: 30,
    message:
      'Waited 30 ms for all of: one (nothing), two (any of: login (the text "login:"), end (the end of time)), ' +
      'three (the end of time): two is missing: any of: login (the text "login:"), end (the end of time): login: ' +
      'the text "login:": shown: …Booting; end: the end of time; three is missing: the end of time',
  });
});

test('any of several fails when none is left, with the first error', async () => {
  const error = new Error('first');
  await expect(waitFor(anyOf({ a: failing(error), b: failing(new Error('second')) }))).rejects.toBe(error);
  expect(await waitFor(anyOf({ a: failing(error), b: given(2) }))).toEqual({ name: 'b', value: 2 });
  await expect(waitFor(anyOf({}))).rejects.toThrow('anyOf needs at least one condition');
});

test('all of several fails with the first that fails, and lets go of the others', async () => {
  const error = new Error('no');
  let letGo = 0;
  const watched: Condition<never> = {
    description: 'watched',
    wait: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          letGo++;
          reject(signal.reason as Error);
        });
      }),
  };
  await expect(waitFor(allOf({ a: watched, b: failing(error) }))).rejects.toBe(error);
  await expect(waitFor(anyOf({ a: watched, b: given(1) }))).resolves.toMatchObject({ name: 'b' });
  expect(letGo).toBe(2);
  expect(await waitFor(allOf({}))).toEqual({});
});

test('an abort ends the wait with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const waiting = waitFor(never, { signal: controller.signal });
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(waitFor(never, { signal: controller.signal })).rejects.toBe(reason);
});

test('a process with another end than the wanted one', async () => {
  expect(await waitFor(exitOf(ended({ code: 3, signal: null }), 3))).toEqual({ code: 3, signal: null });
  await expect(waitFor(exitOf(ended({ code: null, signal: 'SIGABRT' }), 0))).rejects.toThrow(
    'killed by SIGABRT, not with exit code 0',
  );
  expect(endedWhile({ code: 1, signal: null })('x')).toBeInstanceOf(QemuExitError);
});
