import { QmpClient, QmpError } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import type { MockQmpOptions } from '../mock-options.ts';
import { MockVerificationError } from './verification-error.ts';
import { NEWEST } from '../../../test/support/versions.ts';

async function pair(options: MockQmpOptions = {}) {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  const client = await QmpClient.over(mock.connect());
  const run = (name: string, args?: Record<string, unknown>): Promise<unknown> =>
    client.untyped.execute(name, args);
  return { mock, client, run };
}

/** A command that every version has and the built-in machine does not model. */
const NOT_MODELLED = 'dumpdtb';

/** The report, with places cut to the file. */
function reportOf(mock: MockQmp): string {
  try {
    mock.verify();
  } catch (error) {
    expect(error).toBeInstanceOf(MockVerificationError);
    expect(error).toBeInstanceOf(QmpError);
    expect(error).toMatchObject({ name: 'MockVerificationError', code: 'QMP_MOCK_VERIFICATION' });
    return (error as Error).message.replaceAll(/\S*(verify\.test\.ts):\d+:\d+/g, '$1');
  }
  return '';
}

test('nothing scripted, nothing wrong', async () => {
  const { mock, run } = await pair();
  await run('query-status');
  mock.verify();
});

describe('an unmet expectation', () => {
  test('names what came instead, with the arguments that differ', async () => {
    const { mock, run } = await pair();
    mock.handle('device_del', {});
    mock.expect('device_del', { id: 'disk0' }).return({});
    await run('device_del', { id: 'disk1' });
    expect(reportOf(mock)).toBe(`The mock was not used as scripted.

1 expectation not met:
  ✗ device_del {"id":"disk0"} — expected once, came never
      defined at verify.test.ts
      came instead: device_del {"id":"disk1"}
        id: expected "disk0", got "disk1"`);
  });

  test('names at most three that came, nearest first', async () => {
    const { mock, run } = await pair();
    mock.handle('x-set', 1, { unchecked: true });
    mock.expect('x-set', { a: 1, b: 1, c: 1 }, { unchecked: true }).return(1);
    for (const args of [{}, { a: 1 }, { a: 1, b: 1 }, { c: 2 }]) await run('x-set', args);
    expect(reportOf(mock).match(/came instead: .*/g)).toEqual([
      'came instead: x-set {"a":1,"b":1}',
      'came instead: x-set {"a":1}',
      'came instead: x-set',
    ]);
  });

  test('of a misspelt name', async () => {
    const { mock, run } = await pair();
    mock.expect('query-blok' as 'query-block').return([]);
    await run('query-block').catch(() => {});
    expect(reportOf(mock)).toContain('query-block came; is the name right?');
    expect(reportOf(mock)).toContain(`QEMU ${NEWEST} has no command query-blok; did you mean query-block?`);
  });

  test('that was used up says so', async () => {
    const { mock, run } = await pair();
    mock.expect('query-name').return({ name: 'x' });
    await run('query-name');
    await run('query-name');
    await run('query-name');
    expect(reportOf(mock)).toContain(
      '✗ query-name — expected once, came 3 times\n      defined at verify.test.ts\n      it was used up when 2 more calls came',
    );
  });

  test('whose delay was never turned to', async () => {
    const { mock, client } = await pair();
    mock.expect('query-name').after(10).return({});
    mock.expect('stop');
    client.execute('query-name').catch(() => {});
    await mock.waitForCommand('query-name');
    expect(reportOf(mock)).toContain(
      '1 reply waits for mock.clock.advance(10): to query-name, at verify.test.ts',
    );
  });
});

describe('a command that is not modelled', () => {
  test('gets an error that says so, and fails verification even if that was swallowed', async () => {
    const { mock, run } = await pair();
    await expect(run(NOT_MODELLED, { filename: 'a' })).rejects.toMatchObject({
      class: 'GenericError',
      desc: 'qmp-mock does not model the command dumpdtb; script an answer to it',
    });
    expect(reportOf(mock)).toBe(`The mock was not used as scripted.

1 command that the mock could not answer:
  ✗ dumpdtb {"filename":"a"}
      qmp-mock does not model the command dumpdtb
      script it by mock.handle('dumpdtb', …); for code that merely probes, mock.expect('dumpdtb').notModelled()`);
    expect(mock.journal.entries().find(({ kind }) => kind === 'error')).toMatchObject({
      name: 'dumpdtb',
      notModelled: 'the command dumpdtb',
    });
  });

  test('can be expected to be so', async () => {
    const { mock, run } = await pair();
    mock.expect(NOT_MODELLED).notModelled();
    await expect(run(NOT_MODELLED, { filename: 'a' })).rejects.toThrow('does not model');
    mock.verify();
    await expect(run(NOT_MODELLED, { filename: 'a' })).rejects.toThrow('does not model');
    expect(reportOf(mock)).toContain('1 command that the mock could not answer');
  });

  test('is reported where a handler passes it on', async () => {
    const { mock, run } = await pair();
    mock.handle(NOT_MODELLED, async (_args, context) => context.passthrough());
    await expect(run(NOT_MODELLED, { filename: 'a' })).rejects.toThrow('does not model');
    expect(reportOf(mock)).toContain('1 command that the mock could not answer');
  });

  test('that QEMU does not have: did you mean', async () => {
    const { mock, run } = await pair();
    await expect(run('query-blok')).rejects.toMatchObject({
      class: 'CommandNotFound',
      desc: 'The command query-blok has not been found',
    });
    await run('query-blok').catch(() => {});
    expect(reportOf(mock)).toContain(
      `✗ query-blok (twice)\n      QEMU ${NEWEST} has no such command; did you mean query-block?`,
    );
  });

  test('names the nearest of what was scripted, and why each missed', async () => {
    const { mock, run } = await pair();
    mock.expect(NOT_MODELLED, { filename: 'x', child: 'c' }).return({}).optionally();
    mock.expect(NOT_MODELLED, { filename: 'b' }).return({}).optionally();
    mock.expect('dumpdt', {}, { unchecked: true }).return({}).optionally();
    mock.handleOnce(NOT_MODELLED, {});
    await run(NOT_MODELLED, { filename: 'a' });
    await run(NOT_MODELLED, { filename: 'a' }).catch(() => {});
    expect(reportOf(mock)).toContain(`      nearest: expectation dumpdtb {"filename":"b"} at verify.test.ts
        filename: expected "b", got "a"
      nearest: expectation dumpdt {} at verify.test.ts
        its name is dumpdt
      nearest: handler of dumpdtb at verify.test.ts
        it was used up: it answers once`);
  });

  test('can be let pass', async () => {
    const { mock, run } = await pair();
    mock.allow('query-blok', NOT_MODELLED);
    await expect(run('query-blok')).rejects.toThrow('has not been found');
    await expect(run(NOT_MODELLED, { filename: 'a' })).rejects.toThrow('does not model');
    mock.verify();
  });

  test('is no surprise before negotiation', async () => {
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    const client = await QmpClient.over(mock.connect(), { negotiate: false });
    await client.send({ execute: 'query-blok' });
    mock.verify();
  });

  test("onNotModelled: 'empty'", async () => {
    const { mock, run } = await pair({ onNotModelled: 'empty' });
    expect(await run(NOT_MODELLED, { filename: 'a' })).toEqual({});
    expect(reportOf(mock)).toContain('1 command that the mock could not answer');
  });

  test('onNotModelled: a function', async () => {
    const seen: unknown[] = [];
    const { mock, run } = await pair({
      onNotModelled: (call) => {
        seen.push(call);
        return {};
      },
    });
    expect(await run(NOT_MODELLED, { filename: 'a' })).toEqual({});
    expect(seen).toEqual([{ name: NOT_MODELLED, args: { filename: 'a' } }]);
    expect(reportOf(mock)).toContain('1 command that the mock could not answer');
  });
});

test('everything in one error, in a fixed order', async () => {
  const { mock, run } = await pair();
  mock.expect('stop').inOrder();
  mock.expect('cont').inOrder();
  mock.expect('query-name').return({});
  mock.scenario('dialogue', (s) => s.on('quit'));
  mock.handle('query-uuid', (() => undefined) as never);
  for (const name of ['cont', 'stop', 'query-uuid', 'nope']) await run(name).catch(() => {});
  expect(reportOf(mock).match(/^\S.*:$/gm)).toEqual([
    '1 expectation not met:',
    '1 command out of order:',
    '1 scenario not played to the end:',
    `1 command that QEMU ${NEWEST} does not have:`,
    '1 mistake in the script:',
  ]);
});

test('reset forgets it all', async () => {
  const { mock, run } = await pair();
  mock.expect('stop');
  await run('nope').catch(() => {});
  mock.reset();
  mock.verify();
  expect(mock.received).toHaveLength(0);
});

test('no secret is in the report, whether it came or was expected', async () => {
  const { mock, run } = await pair();
  mock.expect('set_password', { protocol: 'vnc', password: 'expected-1' });
  mock.expect('object-add', { 'qom-type': 'secret', id: 'other', data: 'expected-2' }, { unchecked: true });
  await run('set_password', { protocol: 'vnc', password: 'hunter2' }).catch(() => {});
  await run('object-add', { 'qom-type': 'secret', id: 's', data: 'hunter3' }).catch(() => {});
  await run('human-monitor-command', { 'command-line': 'set_password vnc hunter4' }).catch(() => {});
  const text = reportOf(mock);
  expect(text).not.toMatch(/hunter|expected-/);
  expect(text).toContain('came instead: set_password {"protocol":"vnc","password":"${redacted}"}');
  expect(text).toContain('password: expected "${redacted}", got "${redacted}"');
  expect(text).toContain('id: expected "other", got "s"');
});

describe('what waits for the clock', () => {
  /** The findings, with places cut to the file. */
  function findingsOf(mock: MockQmp): string | undefined {
    return mock.findings()?.replaceAll(/\S*(verify\.test\.ts):\d+:\d+/g, '$1');
  }

  test('is told with its name and its place, though nothing is wrong', async () => {
    const { mock, run } = await pair();
    const path = '/machine/peripheral/disk0';
    mock.expect('device_del').return({}).after(500).emit('DEVICE_DELETED', { path });
    expect(findingsOf(mock)).toMatch(/^1 expectation not met:/);
    await run('device_del', { id: 'disk0' });
    expect(findingsOf(mock)).toBe(
      '1 event waits for mock.clock.advance(500): DEVICE_DELETED, at verify.test.ts',
    );
    expect(mock.clock.waiting).toEqual([
      {
        ms: 500,
        kind: 'event',
        what: expect.stringMatching(/^DEVICE_DELETED, at .*verify\.test\.ts:\d+:\d+$/),
      },
    ]);
    expect(reportOf(mock)).toBe('');
    mock.clock.advance(500);
    expect(findingsOf(mock)).toBeUndefined();
  });

  test('is told by kinds, each with how far the clock has to be turned', async () => {
    const { mock, client, run } = await pair();
    mock.expect('stop').return({}).after(20).emit('STOP').emit('RESUME').after(5).disconnect();
    mock.handle('query-name', (_, context) => context.delay(7).then(() => ({})));
    await run('stop');
    client.execute('query-name').catch(() => {});
    await mock.waitForCommand('query-name');
    mock.emit('RTC_CHANGE', { offset: 1, 'qom-path': '/x' });
    mock.emit('RTC_CHANGE', { offset: 2, 'qom-path': '/x' });
    mock.clock.after(1, () => {});
    expect(findingsOf(mock)?.split('\n')).toEqual([
      '2 events wait for mock.clock.advance(1000): STOP, RESUME, at verify.test.ts; RTC_CHANGE, of which QEMU sends one in 1000 ms',
      '1 reply waits for mock.clock.advance(7): to query-name, at verify.test.ts',
      "1 delay waits for mock.clock.advance(1): something of the test's own",
    ]);
    mock.clock.advance(20);
    expect(findingsOf(mock)).toContain(
      '1 delay waits for mock.clock.advance(5): a disconnect, at verify.test.ts',
    );
  });

  test('a held back event that never was is not told', async () => {
    const { mock } = await pair();
    mock.emit('RTC_CHANGE', { offset: 1, 'qom-path': '/x' });
    expect(mock.clock.pending).toBe(1);
    expect(findingsOf(mock)).toBeUndefined();
  });
});
