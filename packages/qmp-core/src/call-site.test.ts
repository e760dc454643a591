import { describe, expect, onTestFinished, test } from 'vitest';
import { ScriptedMonitor } from '../test/support/scripted-monitor.ts';
import { temporaryDirectory } from '../test/support/temporary.ts';
import { blame, CallSite } from './call-site.ts';
import { QmpClient } from './client.ts';
import { QmpDisconnectedError, QmpTimeoutError } from './errors.ts';
import { QmpListener } from './listener.ts';
import type { UntypedQapi } from './qapi/schema.ts';

type Client = QmpClient<UntypedQapi>;

async function open(): Promise<{ monitor: ScriptedMonitor; client: Client }> {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near), monitor.open()]);
  onTestFinished(() => client.close());
  return { monitor, client };
}

const failure = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  return expect.unreachable('it resolved');
};

/** The lines of frames in a stack. */
const frames = (error: Error): string[] =>
  (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));

/** Expects the stack to begin in this file and to have nothing internal, in its causes neither. */
function beginsHere(error: Error): void {
  expect(frames(error)[0]).toMatch(/call-site\.test\.ts:\d+:\d+/);
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    expect(one.stack).not.toMatch(/qmp-core\/src\/(?!call-site\.test)/);
    expect(one.stack).toContain(`${one.name}: ${one.message}`);
  }
}

/** Calls that fail, by what: the peer that hangs up, a deadline, a refusal, a mistake in the call. */
const failing: Readonly<Record<string, (client: Client, monitor: ScriptedMonitor) => Promise<unknown>>> = {
  'execute, disconnected': (client, monitor) => {
    const call = client.execute('query-name');
    monitor.stream.end();
    return call;
  },
  'execute, refused': async (client, monitor) => {
    const call = client.execute('nope');
    await monitor.answer({ error: { class: 'CommandNotFound', desc: 'no' } });
    return call;
  },
  'execute, out of time': (client) => client.execute('query-name', {}, { timeout: 1 }),
  'execute, garbage': (client, monitor) => {
    const call = client.execute('query-name');
    monitor.raw('nonsense\r\n');
    return call;
  },
  'execute, what has no JSON': (client) => client.execute('query-name', { a: Number.NaN }),
  'execute, a bad timeout': (client) => client.execute('query-name', {}, { timeout: -1 }),
  'send, disconnected': (client, monitor) => {
    const call = client.send({ execute: 'query-name' });
    monitor.stream.end();
    return call;
  },
  'executeAndWait, disconnected': (client, monitor) => {
    const call = client.executeAndWait('query-name', {}, 'NEVER');
    monitor.stream.end();
    return call;
  },
  'waitForEvent, out of time': (client) => client.waitForEvent('NEVER', { timeout: 1 }),
  'waitForEvent, disconnected': (client, monitor) => {
    const wait = client.waitForEvent('NEVER');
    monitor.stream.end();
    return wait;
  },
  'pullEvent, out of time': (client) => client.pullEvent({ timeout: 1 }),
  'drainEvents, out of time': (client) => client.drainEvents({ timeout: 1 }),
  passFd: (client) => client.passFd(-1),
  'connect, nobody there': () => QmpClient.connect(`${temporaryDirectory()}/none`),
  'connect, no address': () => QmpClient.connect(''),
  'over, out of time': () => QmpClient.over(new ScriptedMonitor().near, { timeout: 1 }),
  'listen, no address': () => QmpListener.listen(''),
  'accept, out of time': async () => {
    await using listener = await QmpListener.listen('127.0.0.1:0');
    return await listener.accept({ timeout: 1 });
  },
};

test.each(Object.keys(failing))('%s: the stack begins at the call', async (name) => {
  const { monitor, client } = await open();
  beginsHere(await failure(failing[name]?.(client, monitor) ?? Promise.resolve()));
});

test('a call that nobody awaits is found by its error', async () => {
  const { client } = await open();
  const place = new CallSite().place.replace(/\d+:\d+$/, (at) => `${Number.parseInt(at, 10) + 1}:`);
  const forgotten = failure(client.execute('query-block'));
  await client.close();
  const error = await forgotten;
  expect(error).toBeInstanceOf(QmpDisconnectedError);
  expect(error.message).toMatch(
    /^The wait is over: the client was closed\. query-block got no reply; it was called at .*:\d+:\d+$/,
  );
  expect(error.message).toContain(place);
  expect(frames(error)[0]).toContain(place);
});

test('a raw request without a command is named by its text', async () => {
  const { client } = await open();
  const call = failure(client.send({ foo: 1 }));
  await client.close();
  expect((await call).message).toContain('{"foo":1,"id":2} got no reply');
});

test('after many calls the stack begins at whoever awaits', async () => {
  const { monitor, client } = await open();
  for (let i = 0; i < 1001; i++) {
    const call = client.execute('query-name');
    await monitor.answer();
    await call;
  }
  const error = await failure(client.execute('query-name', {}, { timeout: 1 }));
  beginsHere(error);
  const last = failure(client.execute('query-name'));
  await client.close();
  expect((await last).message).toBe('The wait is over: the client was closed. query-name got no reply');
});

test('what the caller gave as a reason stays as it is', async () => {
  const { client } = await open();
  const mine = new Error('mine');
  const { stack } = mine;
  expect(await failure(client.execute('query-name', {}, { signal: AbortSignal.abort(mine) }))).toBe(mine);
  expect(mine.stack).toBe(stack);
});

describe('blame', () => {
  const error = (message: string): QmpTimeoutError => new QmpTimeoutError(message, { timeout: 1 });

  test('a message of several lines stays whole, also one that looks like a frame', () => {
    const message = 'first\n    at second\nthird';
    const blamed = blame(error(message), new CallSite()) as Error;
    expect(blamed.stack).toMatch(
      /^QmpTimeoutError: first\n {4}at second\nthird\n {4}at .*call-site\.test\.ts/,
    );
  });

  test('a stack that is no text', () => {
    const odd = error('odd');
    Object.defineProperty(odd, 'stack', { value: [], writable: true });
    expect((blame(odd, undefined) as Error).stack).toBe('QmpTimeoutError: odd');
  });

  test('causes that go in a circle', () => {
    const one = error('one');
    const two = error('two');
    one.cause = two;
    two.cause = one;
    expect(blame(one, undefined)).toBe(one);
  });

  test('leaves the depth of stack traces as it was', () => {
    const before = Error.stackTraceLimit;
    expect(new CallSite().place).not.toBe('');
    expect(Error.stackTraceLimit).toBe(before);
  });
});
