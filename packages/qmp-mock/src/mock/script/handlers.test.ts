import { QmpClient, QmpCommandError } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import type { MockQmpOptions } from '../mock-options.ts';
import { NO_REPLY } from '../../engine/monitor/command-host.ts';

/** A mock and a client, untyped: many of these tests do what the types would not let them. */
async function pair(options: MockQmpOptions = {}) {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  const client = await QmpClient.over(mock.connect(), { oob: true });
  const run = (name: string, args?: Record<string, unknown>): Promise<unknown> =>
    client.untyped.execute(name, args);
  return { mock, client, run };
}

describe('what a handler may be', () => {
  test.each<[string, unknown]>([
    ['an object', { a: { b: [1, null, 'x', true] } }],
    ['an array', [1, 2]],
    ['an empty string', ''],
    ['zero', 0],
    ['false', false],
    ['null', null],
    ['an integer beyond 2^53', 18446744073709551615n],
    ['a member called __proto__', JSON.parse('{"__proto__":{"polluted":1}}')],
  ])('%s', async (_title, value) => {
    const { mock, run } = await pair();
    mock.handle('x-value', value as never, { unchecked: true });
    expect(await run('x-value')).toStrictEqual(value);
    expect(await run('x-value')).toStrictEqual(value);
    expect(Object.prototype).not.toHaveProperty('polluted');
    mock.handle('x-value', (() => value) as never, { unchecked: true });
    expect(await run('x-value')).toStrictEqual(value);
    mock.verify();
  });

  test('an error, thrown, returned, or given', async () => {
    const { mock, run } = await pair();
    const error = new QmpCommandError('DeviceNotFound', "Device 'x' not found");
    const refused = { class: 'DeviceNotFound', desc: "Device 'x' not found" };
    mock.handle('eject', error);
    await expect(run('eject')).rejects.toMatchObject(refused);
    mock.handle('eject', () => error);
    await expect(run('eject')).rejects.toMatchObject(refused);
    mock.handle('eject', () => {
      throw error;
    });
    await expect(run('eject')).rejects.toMatchObject(refused);
    mock.handle('eject', () => Promise.reject(error));
    await expect(run('eject')).rejects.toMatchObject(refused);
    mock.verify();
  });

  test('a generator: one value a call, then what it returns for ever', async () => {
    const { mock, run } = await pair();
    const seen: unknown[] = [];
    mock.handle(
      'x-count',
      function* (args: Record<string, unknown>) {
        seen.push(args);
        const second = yield 1;
        seen.push(second.args);
        yield new QmpCommandError('GenericError', 'not now');
        return 3;
      },
      { unchecked: true },
    );
    expect(await run('x-count', { n: 1 })).toBe(1);
    await expect(run('x-count', { n: 2 })).rejects.toThrow('not now');
    expect(await run('x-count')).toBe(3);
    expect(await run('x-count')).toBe(3);
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
    mock.verify();
  });

  test.each<[string, () => unknown]>([
    [
      'a generator',
      () =>
        function* () {
          yield 1;
          yield 2;
        },
    ],
    [
      'an async generator',
      () =>
        async function* () {
          yield 1;
          yield Promise.resolve(2);
        },
    ],
    ['an iterator', () => [1, 2].values()],
  ])('%s that ends: what answered before does so again', async (_title, make) => {
    const { mock, run } = await pair();
    mock.handle('x-count', 0, { unchecked: true });
    const handle = mock.handle('x-count', make() as never, { unchecked: true });
    const values = await Promise.all([run('x-count'), run('x-count'), run('x-count'), run('x-count')]);
    expect(values).toEqual([1, 2, 0, 0]);
    expect(handle.calls).toBe(2);
  });

  test('an async sequence that ends over a command that the machine answers', async () => {
    const { mock, run } = await pair();
    mock.handle('query-name', async function* () {
      yield { name: 'scripted' };
    });
    expect(await run('query-name')).toEqual({ name: 'scripted' });
    expect(await run('query-name')).toEqual({});
    mock.verify();
  });

  test('NO_REPLY: the command is never answered, the connection goes on', async () => {
    const { mock, client, run } = await pair();
    mock.handle('query-name', NO_REPLY);
    await expect(client.execute('query-name', {}, { timeout: 20 })).rejects.toMatchObject({
      code: 'QMP_TIMEOUT',
    });
    mock.reset();
    expect(await run('query-name')).toEqual({});
  });

  test.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /handler of 'stop' is undefined/],
    ['an Error', new TypeError('x'), /is a TypeError. A client can only get a QmpCommandError/],
  ])('not %s', async (_title, handler, message) => {
    const { mock } = await pair();
    expect(() => mock.handle('stop', handler as never)).toThrow(message);
  });
});

test.each(['', undefined, 'qmp_capabilities'])('%j is no command to script', async (name) => {
  const { mock } = await pair();
  const reason = expect.objectContaining({ code: 'QMP_STATE' });
  expect(() => mock.handle(name as 'stop', {})).toThrow(reason);
  expect(() => mock.expect(name as 'stop')).toThrow(reason);
  expect(() => mock.scenario((s) => s.on(name as 'stop'))).toThrow(reason);
});

test('many delays at once are no leak, and each is called off', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const { mock } = await pair();
  mock.handle('query-name', (_args, ctx) => ctx.delay(10).then(() => ({})));
  mock.expect('query-uuid').times(30).return({ UUID: 'x' }).after(10).emit('STOP');
  const clients = await Promise.all(Array.from({ length: 30 }, () => QmpClient.over(mock.connect())));
  await Promise.all(clients.map((client) => client.execute('query-uuid')));
  const stuck = clients.map((client) => client.execute('query-name').catch(() => 'gone'));
  await mock.waitForCommand('query-name', { count: 30 });
  expect(mock.clock.pending).toBe(60);
  await mock.close();
  expect(mock.clock.pending).toBe(0);
  expect(await Promise.all(stuck)).toEqual(Array(30).fill('gone'));
  expect(warnings).toEqual([]);
});

describe('which handler answers', () => {
  test('the newest, and the one before it when that is removed', async () => {
    const { mock, run } = await pair();
    const first = mock.handle('query-name', { name: 'first' });
    const second = mock.handle('query-name', { name: 'second' });
    expect(await run('query-name')).toEqual({ name: 'second' });
    second.remove();
    second.remove();
    expect(await run('query-name')).toEqual({ name: 'first' });
    first.remove();
    expect(await run('query-name')).toEqual({});
    expect([first.calls, second.calls]).toEqual([1, 1]);
  });

  test('handleOnce answers one call; of several the newest first', async () => {
    const { mock, run } = await pair();
    mock.handle('query-name', { name: 'always' });
    mock.handleOnce('query-name', { name: 'a' });
    mock.handleOnce('query-name', { name: 'b' });
    const names = await Promise.all([1, 2, 3, 4].map(() => run('query-name')));
    expect(names).toEqual([{ name: 'b' }, { name: 'a' }, { name: 'always' }, { name: 'always' }]);
  });

  test('reset takes all of them away', async () => {
    const { mock, run } = await pair();
    mock.handle('query-name', { name: 'scripted' });
    mock.handle('x-vendor', 1, { unchecked: true });
    mock.reset();
    expect(await run('query-name')).toEqual({});
    await expect(run('x-vendor')).rejects.toThrow('The command x-vendor has not been found');
  });

  test('two mocks share nothing', async () => {
    const [a, b] = await Promise.all([pair(), pair()]);
    a.mock.handle('query-name', { name: 'a' });
    expect(await b.run('query-name')).toEqual({});
    expect(await a.run('query-name')).toEqual({ name: 'a' });
    expect(b.mock.received('query-name')).toHaveLength(1);
  });
});

describe('what a handler is told', () => {
  test('arguments, request, id, connection', async () => {
    const { mock, client } = await pair();
    let seen: unknown;
    mock.handle('device_del', (args, ctx) => {
      seen = {
        args,
        command: ctx.command,
        request: ctx.request,
        id: ctx.id,
        oob: ctx.oob,
        call: ctx.call,
        connection: ctx.connection.id,
        negotiated: ctx.connection.negotiated,
        aborted: ctx.signal.aborted,
      };
      return {};
    });
    await client.execute('device_del', { id: 'disk0' }, { id: { own: [1] } });
    expect(seen).toEqual({
      args: { id: 'disk0' },
      command: 'device_del',
      request: { execute: 'device_del', arguments: { id: 'disk0' }, id: { own: [1] } },
      id: { own: [1] },
      oob: false,
      call: 1,
      connection: 1,
      negotiated: true,
      aborted: false,
    });
  });

  test('whether a command came out of band', async () => {
    const { mock, client } = await pair();
    mock.handle('migrate-pause', (_args, ctx) => {
      expect(ctx.oob).toBe(true);
      return {};
    });
    await client.execute('migrate-pause', {}, { oob: true });
    expect(mock.received('migrate-pause')[0]?.oob).toBe(true);
    mock.verify();
  });

  test('a big integer arrives exactly', async () => {
    const { mock, run } = await pair();
    mock.handle('x-echo', ((args: unknown) => args) as never, { unchecked: true });
    expect(await run('x-echo', { size: 9007199254740993n })).toEqual({ size: 9007199254740993n });
  });
});

describe('what a handler can do', () => {
  test('emit: the event goes out before the reply', async () => {
    const { mock, run } = await pair();
    mock.handle('stop', (_args, ctx) => {
      ctx.emit('STOP');
      return {};
    });
    await run('stop');
    expect(String(mock.journal)).toBe('→  stop\n⚡  STOP\n←  stop: {}');
  });

  test('passthrough: what the machine answers, with its events', async () => {
    const { mock, run } = await pair();
    mock.handle('query-status', async (_args, ctx) => {
      const real = await ctx.passthrough();
      return { ...real, status: 'debug' };
    });
    mock.handle('stop', (_args, ctx) => ctx.passthrough());
    await run('stop');
    expect(await run('query-status')).toEqual({ running: false, status: 'debug' });
    expect(mock.journal.toString()).toContain('⚡  STOP');
    mock.verify();
  });

  test('passthrough of an error is that error', async () => {
    const { mock, run } = await pair({ args: ['-machine', 'pc'] });
    mock.handle('system_wakeup', (_args, ctx) => ctx.passthrough());
    await expect(run('system_wakeup')).rejects.toThrow('Unable to wake up: guest is not in suspended state');
    mock.verify();
  });

  test('delay: on the clock of the mock, and the next command waits its turn', async () => {
    const { mock, client } = await pair();
    const plain = await QmpClient.over(mock.connect());
    mock.handle('query-name', async (_args, ctx) => {
      await ctx.delay(50);
      return { name: 'slow' };
    });
    const answers: string[] = [];
    const slow = plain.execute('query-name').then(() => answers.push('slow'));
    const fast = plain.execute('query-kvm').then(() => answers.push('fast'));
    await mock.waitForCommand('query-name');
    expect(await client.execute('query-kvm')).toMatchObject({ enabled: false });
    mock.clock.advance(49);
    expect(answers).toEqual([]);
    mock.clock.advance(1);
    await Promise.all([slow, fast]);
    expect(answers).toEqual(['slow', 'fast']);
  });
});

describe('what goes wrong in a handler', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'gives undefined',
      () => undefined,
      /The handler of 'query-name' defined at \S*handlers\.test\.ts:\d+:\d+ returned undefined\. Return the value/,
    ],
    ['promises undefined', async () => undefined, /handlers\.test\.ts:\d+:\d+ returned undefined/],
    [
      'yields undefined',
      function* () {
        yield undefined;
      },
      /handlers\.test\.ts:\d+:\d+ returned undefined/,
    ],
    [
      'throws',
      () => {
        throw new TypeError('oops');
      },
      /handlers\.test\.ts:\d+:\d+ threw TypeError: oops/,
    ],
    ['rejects', () => Promise.reject(new Error('oops')), /handlers\.test\.ts:\d+:\d+ threw Error: oops/],
    [
      'throws what is no error',
      () => {
        throw 'oops';
      },
      /threw "oops"/,
    ], // oxlint-disable-line no-throw-literal
    [
      'returns what QEMU never sends',
      () => ({ nam: 'x' }),
      /handlers\.test\.ts:\d+:\d+ returned \{"nam":"x"\}, which QEMU never sends/,
    ],
  ])('one that %s: the client is told, and so is verify', async (_title, handler, message) => {
    const { mock, run } = await pair();
    mock.handle('query-name', handler as never);
    await expect(run('query-name')).rejects.toThrow(message);
    await expect(run('query-name').catch((error: QmpCommandError) => error.class)).resolves.toBeDefined();
    expect(() => mock.verify()).toThrow(message);
    // The connection is as good as before.
    expect(await run('query-kvm')).toBeDefined();
  });

  test('a client that leaves aborts the handler, and that is no mistake', async () => {
    const { mock, client } = await pair();
    let tell!: (reason: unknown) => void;
    const told = new Promise((resolve) => (tell = resolve));
    mock.handle(
      'query-name',
      (_args, ctx) =>
        new Promise((_resolve, reject) => {
          ctx.signal.addEventListener('abort', () => {
            tell(ctx.signal.reason);
            reject(ctx.signal.reason as Error);
          });
        }),
    );
    const pending = client.execute('query-name');
    pending.catch(() => {});
    await mock.waitForCommand('query-name');
    await client.close();
    await expect(pending).rejects.toThrow();
    expect(await told).toMatchObject({ code: 'QMP_DISCONNECTED' });
    mock.verify();
  });

  test.each(['close', 'reset'] as const)('%s aborts a handler that never answers', async (how) => {
    const { mock, client } = await pair();
    let tell!: (reason: unknown) => void;
    const told = new Promise((resolve) => (tell = resolve));
    mock.handle('query-name', (_args, ctx) => {
      ctx.signal.addEventListener('abort', () => tell(ctx.signal.reason));
      return ctx.delay(1000).then(() => ({}));
    });
    const pending = client.execute('query-name');
    pending.catch(() => {});
    await mock.waitForCommand('query-name');
    expect(mock.clock.pending).toBe(1);
    await mock[how]();
    expect(await told).toBeDefined();
    await expect(pending).rejects.toThrow();
    expect(mock.clock.pending).toBe(0);
  });
});
