import { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { withoutProxy } from '../test/support/without-proxy.ts';
import { memoryPair } from '../test/support/memory-pair.ts';
import { GREETING, ScriptedMonitor, type Chunking } from '../test/support/scripted-monitor.ts';
import { QmpClient } from './client.ts';
import {
  QmpCapabilitiesError,
  QmpCommandError,
  QmpConnectError,
  QmpDisconnectedError,
  QmpLimitError,
  QmpProtocolError,
  QmpStateError,
  QmpTimeoutError,
} from './errors.ts';
import type { QmpConnectOptions } from './options.ts';
import type { UntypedQapi } from './qapi/schema.ts';
import { HandClock } from '../test/support/hand-clock.ts';

type Client = QmpClient<UntypedQapi>;

const over = (monitor: ScriptedMonitor, options?: QmpConnectOptions): Promise<Client> =>
  QmpClient.over<UntypedQapi>(monitor.near, options);

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => expect.unreachable(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );

describe.each<Chunking>(['whole', 'byte by byte'])('replies that come %s', (chunking) => {
  async function open(options?: QmpConnectOptions): Promise<{ monitor: ScriptedMonitor; client: Client }> {
    const monitor = new ScriptedMonitor(chunking);
    const [client] = await Promise.all([over(monitor, options), monitor.open()]);
    onTestFinished(() => client.close());
    return { monitor, client };
  }

  describe('opening', () => {
    test('reads the greeting and negotiates', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const [client, request] = await Promise.all([over(monitor), monitor.open()]);
      expect(request).toEqual({ execute: 'qmp_capabilities', id: 1 });
      expect(client.greeting).toEqual(JSON.parse(GREETING));
      expect(client.connected).toBe(true);
      expect(client.oob).toBe(false);
      await client.close();
    });

    test('enables oob where it is offered', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const [client, request] = await Promise.all([over(monitor, { oob: true }), monitor.open()]);
      expect(request.arguments).toEqual({ enable: ['oob'] });
      expect(client.oob).toBe(true);
      await client.close();
    });

    test('connects without oob where it is not offered, and says so when it is used', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const opening = over(monitor, { oob: true });
      monitor.raw(`${GREETING.replace('["oob"]', '[]')}\r\n`);
      expect((await monitor.answer()).arguments).toBeUndefined();
      const client = await opening;
      expect(client.oob).toBe(false);
      const error = await failure(client.execute('query-yank', undefined, { oob: true }));
      expect(error).toBeInstanceOf(QmpStateError);
      expect((error as Error).message).toContain('does not offer it');
      await client.close();
    });

    test('keeps events before the greeting and inside the handshake', async () => {
      const monitor = new ScriptedMonitor(chunking);
      monitor.event('RESUME');
      const opening = over(monitor);
      monitor.raw(`${GREETING}\r\n`);
      const request = await monitor.next();
      monitor.event('STOP');
      monitor.say({ return: {}, id: request.id });
      const client = await opening;
      expect((await client.drainEvents()).map(({ event }) => event)).toEqual(['RESUME', 'STOP']);
      await client.close();
    });

    test.each<[string, string]>([
      ['words', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['a reply', '{"return": {}}\r\n'],
      ['an error', '{"error": {"class": "GenericError", "desc": "no"}}\r\n'],
      ['another object', '{"hello": "world"}\r\n'],
      ['a QMP that is no object', '{"QMP": 1}\r\n'],
      ['a greeting without a version', '{"QMP": {"capabilities": []}}\r\n'],
      ['a version that is a text', '{"QMP": {"version": "7.2.22", "capabilities": []}}\r\n'],
      ['a version of no numbers', '{"QMP": {"version": {"qemu": {}}, "capabilities": []}}\r\n'],
      [
        'a version of texts',
        '{"QMP": {"version": {"qemu": {"micro": "0", "minor": "2", "major": "7"}}, "capabilities": []}}\r\n',
      ],
      [
        'a package that is no text',
        '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": 1}, "capabilities": []}}\r\n',
      ],
      ['no capabilities', '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}}}}\r\n'],
      [
        'capabilities inside the version',
        '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "capabilities": []}}}\r\n',
      ],
      [
        'capabilities that are no texts',
        '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}}, "capabilities": [1]}}\r\n',
      ],
      ['an array', '[]\r\n'],
    ])('%s in place of the greeting', async (_name, bytes) => {
      const monitor = new ScriptedMonitor(chunking);
      monitor.raw(bytes);
      const error = await failure(over(monitor));
      expect(error).toBeInstanceOf(QmpConnectError);
      expect(error).toMatchObject({ phase: 'greeting', cause: expect.any(QmpProtocolError) as unknown });
      expect(monitor.near.destroyed).toBe(true);
    });

    test('a greeting without a package, and with members that nobody knows yet', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const opening = over(monitor);
      const greeting = {
        QMP: {
          version: { qemu: { major: 12, minor: 0, micro: 0, nano: 1 } },
          capabilities: ['oob', 'telepathy'],
          mood: 'good',
        },
        more: null,
      };
      monitor.say(greeting);
      await monitor.answer();
      const client = await opening;
      expect(client.greeting).toEqual(greeting);
      await client.close();
    });

    test.each<[string, string]>([
      ['nothing', ''],
      ['half a greeting', GREETING.slice(0, 30)],
    ])('%s, then the end, in place of the greeting', async (_name, bytes) => {
      const monitor = new ScriptedMonitor(chunking);
      if (bytes !== '') monitor.raw(bytes);
      monitor.stream.end();
      const error = await failure(over(monitor));
      expect(error).toBeInstanceOf(QmpConnectError);
      expect(error).toMatchObject({ phase: 'greeting', cause: expect.any(QmpDisconnectedError) as unknown });
    });

    test('the end in the middle of negotiation', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const opening = failure(over(monitor));
      monitor.raw(`${GREETING}\r\n`);
      await monitor.next();
      monitor.stream.end();
      expect(await opening).toMatchObject({ phase: 'negotiation', code: 'QMP_CONNECT' });
    });

    test.each<[string, boolean]>([
      ['with the id', true],
      ['without an id', false],
    ])('a refusal of qmp_capabilities %s', async (_name, withId) => {
      const monitor = new ScriptedMonitor(chunking);
      withoutProxy('it looks at whether its own stream was destroyed');
      const opening = failure(over(monitor));
      monitor.raw(`${GREETING}\r\n`);
      const { id } = await monitor.next();
      monitor.say({ error: { class: 'GenericError', desc: 'not today' }, ...(withId ? { id } : {}) });
      const error = await opening;
      expect(error).toBeInstanceOf(QmpCapabilitiesError);
      expect((error as Error).message).toContain('not today');
      expect((error as Error).cause).toBeInstanceOf(QmpCommandError);
      expect(monitor.near.destroyed).toBe(true);
    });

    test('a second greeting makes the negotiation go out again', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const opening = over(monitor);
      monitor.raw(`${GREETING}\r\n`);
      const first = await monitor.next();
      monitor.raw(`${GREETING}\r\n`);
      const second = await monitor.next();
      expect(second).toEqual(first);
      monitor.say({ return: {}, id: first.id });
      const client = await opening;
      monitor.say({ error: { class: 'CommandNotFound', desc: 'already complete' }, id: second.id });
      const reply = client.execute('query-name');
      await monitor.answer({ return: { name: 'x' } });
      expect(await reply).toEqual({ name: 'x' });
      await client.close();
    });

    test('negotiate: false sends nothing, and takes no greeting for a reply', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const client = await over(monitor, { negotiate: false });
      expect(client.greeting).toBeNull();
      const reply = client.send({ execute: 'query-status' });
      await monitor.next();
      monitor.raw(`${GREETING}\r\n`);
      monitor.say({ error: { class: 'CommandNotFound', desc: 'Expecting' }, id: 1 });
      expect(await reply).toEqual({ error: { class: 'CommandNotFound', desc: 'Expecting' } });
      expect(monitor.received).toHaveLength(1);
      expect(client.greeting).toBeNull();
      await client.close();
    });

    test('negotiation by hand can enable oob', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const client = await over(monitor, { negotiate: false });
      const negotiated = client.execute('qmp_capabilities', { enable: ['oob'] });
      await monitor.answer();
      await negotiated;
      expect(client.oob).toBe(true);
      await client.close();
    });
  });

  describe('commands', () => {
    test('go out compact, each on a line, with a short id', async () => {
      const written: string[] = [];
      const monitor = new ScriptedMonitor(chunking);
      monitor.stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
      const [client] = await Promise.all([over(monitor), monitor.open()]);
      void failure(client.execute('query-status', {}));
      void failure(client.execute('eject', { device: 'é', addr: 2n ** 64n - 1n, x: undefined }));
      await monitor.next();
      await monitor.next();
      expect(written.join('')).toBe(
        '{"execute":"qmp_capabilities","id":1}\n{"execute":"query-status","id":2}\n' +
          '{"execute":"eject","arguments":{"device":"é","addr":18446744073709551615},"id":3}\n',
      );
      await client.close();
    });

    test.each([{}, [], '', 0, false, null, 'text', 18446744073709551615n, -9007199254740993n])(
      'give what is returned: %s',
      async (value) => {
        const { monitor, client } = await open();
        const result = client.execute('qom-get', { path: '/', property: 'x' });
        const { id } = await monitor.next();
        const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
        monitor.raw(`{"return": ${text}, "id": ${String(id)}}\r\n`);
        expect(await result).toEqual(value);
      },
    );

    test('an error has its class, desc, command, arguments and reply', async () => {
      const { monitor, client } = await open();
      const result = failure(client.execute('eject', { device: 'cd0' }));
      const { id } = await monitor.answer({ error: { class: 'DeviceNotFound', desc: 'no cd0' } });
      const error = await result;
      expect(error).toBeInstanceOf(QmpCommandError);
      expect(error).toMatchObject({
        code: 'QMP_COMMAND',
        class: 'DeviceNotFound',
        desc: 'no cd0',
        command: 'eject',
        arguments: { device: 'cd0' },
        reply: { error: { class: 'DeviceNotFound', desc: 'no cd0' }, id },
      });
    });

    test('an error names the line that waited', async () => {
      const { monitor, client } = await open();
      void monitor.answer({ error: { class: 'GenericError', desc: 'no' } });
      try {
        await client.execute('x');
        expect.unreachable();
      } catch (error) {
        expect((error as Error).stack).toContain('client.test.ts');
      }
    });

    test('replies in any order go to their calls', async () => {
      const { monitor, client } = await open();
      const calls = ['a', 'b', 'c'].map((name) => client.execute(name));
      const requests = [await monitor.next(), await monitor.next(), await monitor.next()];
      for (const request of requests.toReversed()) monitor.say({ return: request.execute, id: request.id });
      expect(await Promise.all(calls)).toEqual(['a', 'b', 'c']);
    });

    test('an event between request and reply is no reply', async () => {
      const { monitor, client } = await open();
      const call = client.execute('stop');
      const { id } = await monitor.next();
      monitor.event('STOP');
      monitor.say({ return: {}, id });
      expect(await call).toEqual({});
      expect(await client.pullEvent()).toMatchObject({ event: 'STOP' });
    });

    test.each<[string, unknown, string]>([
      ['a text', 'cookie#1', '"cookie#1"'],
      ['null', null, 'null'],
      ['an object whose members come in another order', { a: 1, b: [2] }, '{"b": [2], "a": 1}'],
      ['a wide integer', 2n ** 63n, '9223372036854775808'],
      ['a number that is in use by nobody', 77, '77'],
    ])('take an id of the caller: %s', async (_name, id, echo) => {
      const { monitor, client } = await open();
      const call = client.execute('x', {}, { id });
      const sent = client.send({ execute: 'y', id });
      await monitor.next();
      await monitor.next();
      monitor.raw(`{"return": 1, "id": ${echo}}\r\n{"return": 2, "id": ${echo}}\r\n`);
      expect(await call).toBe(1);
      expect(await sent).toEqual({ return: 2, id });
    });

    test('send gives errors as replies and hides an id that it added', async () => {
      const { monitor, client } = await open();
      const reply = client.send({ execute: 'nope' });
      await monitor.answer({ error: { class: 'CommandNotFound', desc: 'x' } });
      expect(await reply).toEqual({ error: { class: 'CommandNotFound', desc: 'x' } });
    });

    test.each([null, undefined, [], 'x', 7])('send refuses %j', async (request) => {
      const { client } = await open();
      expect(await failure(client.send(request as never))).toBeInstanceOf(QmpStateError);
    });

    test('what cannot be written as JSON is refused before it is sent, and harms nothing', async () => {
      const { monitor, client } = await open();
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      let deep: unknown = 1;
      for (let i = 0; i < 1100; i++) deep = [deep];
      for (const args of [cycle, { n: Number.NaN }, { deep }]) {
        expect(await failure(client.execute('x', args))).toBeInstanceOf(QmpStateError);
      }
      expect(await failure(client.execute('x', {}, { id: Number.NaN }))).toBeInstanceOf(QmpStateError);
      const call = client.execute('y');
      expect((await monitor.answer()).execute).toBe('y');
      expect(await call).toEqual({});
    });

    test('a reply to no known id is dropped', async () => {
      const { monitor, client } = await open();
      const call = client.execute('x');
      const { id } = await monitor.next();
      monitor.say({ return: 'wrong', id: 'stranger' });
      monitor.say({ return: 'wrong' });
      monitor.say({ return: 'right', id });
      expect(await call).toBe('right');
    });

    test('an error without an id rejects the oldest call, and the others go on', async () => {
      const { monitor, client } = await open();
      const first = failure(client.execute('a', { text: '\ud800' }));
      const second = client.execute('b');
      await monitor.next();
      monitor.raw('{"error": {"class": "GenericError", "desc": "JSON parse error, x"}}\r\n');
      await monitor.answer({ return: 'b' });
      expect(await second).toBe('b');
      const error = await first;
      expect(error).toBeInstanceOf(QmpProtocolError);
      expect((error as Error).message).toContain('JSON parse error, x');
      expect(client.connected).toBe(true);
    });

    test('an error without an id, with nothing pending, is dropped', async () => {
      const { monitor, client } = await open();
      monitor.raw('{"error": {"class": "GenericError", "desc": "JSON parse error"}}\r\n');
      // It has come when what was sent behind it has.
      monitor.event('BEHIND');
      await client.waitForEvent('BEHIND');
      const call = client.execute('x');
      await monitor.answer();
      expect(await call).toEqual({});
    });
  });

  describe('giving up', () => {
    test('a timeout rejects; the late reply is dropped and answers nobody', async () => {
      const { monitor, client } = await open();
      const error = await failure(client.execute('slow', { a: 1 }, { timeout: 1 }));
      expect(error).toBeInstanceOf(QmpTimeoutError);
      expect((error as Error).message).toContain('"execute":"slow"');
      const next = client.execute('next');
      const { id } = await monitor.next();
      monitor.say({ return: 'late', id });
      await monitor.answer({ return: 'right' });
      expect(await next).toBe('right');
    });

    test('a late reply under an id that is used again', async () => {
      const { monitor, client } = await open();
      await failure(client.execute('slow', {}, { timeout: 1, id: 'x' }));
      const next = client.execute('next', {}, { id: 'x' });
      monitor.say({ return: 'late', id: 'x' });
      monitor.say({ return: 'right', id: 'x' });
      expect(await next).toBe('right');
    });

    test('an error without an id that belongs to a call that was given up', async () => {
      const { monitor, client } = await open();
      await failure(client.execute('bad', {}, { timeout: 1 }));
      const next = client.execute('next');
      await monitor.next();
      monitor.raw('{"error": {"class": "GenericError", "desc": "JSON parse error"}}\r\n');
      await monitor.answer({ return: 'right' });
      expect(await next).toBe('right');
    });

    test('client.timeout is the default, null in a call overrides it', async () => {
      const { monitor, client } = await open();
      expect(client.timeout).toBeNull();
      client.timeout = 1;
      expect(await failure(client.execute('a'))).toBeInstanceOf(QmpTimeoutError);
      expect(await failure(client.send({ execute: 'b' }))).toBeInstanceOf(QmpTimeoutError);
      const patient = client.execute('c', {}, { timeout: null });
      client.timeout = null;
      await monitor.next();
      await monitor.next();
      await monitor.answer();
      expect(await patient).toEqual({});
    });

    test.each([-1, Number.NaN, '5' as never])('%s is no timeout', async (timeout) => {
      const { client } = await open();
      expect(await failure(client.execute('x', {}, { timeout }))).toBeInstanceOf(QmpStateError);
      expect(() => {
        client.timeout = timeout;
      }).toThrow(QmpStateError);
    });

    test('a signal rejects with its reason, before sending and after', async () => {
      const { monitor, client } = await open();
      const reason = new Error('enough');
      const controller = new AbortController();
      const call = failure(client.execute('a', {}, { signal: controller.signal }));
      await monitor.next();
      controller.abort(reason);
      expect(await call).toBe(reason);
      expect(await failure(client.execute('b', {}, { signal: controller.signal }))).toBe(reason);
      expect(monitor.received.some(({ execute }) => execute === 'b')).toBe(false);
    });
  });

  describe('executeAndWait', () => {
    test('gives the return and the event', async () => {
      const { monitor, client } = await open();
      monitor.event('STOP', { old: true });
      const both = client.executeAndWait('stop', {}, 'STOP', { match: { n: 1 } });
      const { id } = await monitor.next();
      monitor.event('STOP', { n: 1 });
      monitor.say({ return: {}, id });
      expect(await both).toMatchObject({ return: {}, event: { event: 'STOP', data: { n: 1 } } });
    });

    test('an event that comes after the reply will do, an older one will not', async () => {
      const { monitor, client } = await open();
      monitor.event('STOP', { old: true });
      await client.pullEvent({ timeout: Number.POSITIVE_INFINITY });
      const both = client.executeAndWait('stop', undefined, ['STOP']);
      await monitor.answer();
      monitor.event('STOP', { old: false });
      expect((await both).event.data).toEqual({ old: false });
      expect((await client.waitForEvent('STOP')).data).toEqual({ old: true });
    });

    test('a refused command rejects and leaves the event to others', async () => {
      const { monitor, client } = await open();
      const both = failure(client.executeAndWait('stop', {}, 'STOP'));
      const { id } = await monitor.next();
      monitor.event('STOP');
      monitor.say({ error: { class: 'GenericError', desc: 'no' }, id });
      expect(await both).toBeInstanceOf(QmpCommandError);
      expect(await client.waitForEvent('STOP', { timeout: 1000 })).toMatchObject({ event: 'STOP' });
    });

    test('one deadline for both', async () => {
      const { monitor, client } = await open();
      const both = failure(client.executeAndWait('stop', {}, 'STOP', { timeout: 20 }));
      await monitor.answer();
      expect(await both).toBeInstanceOf(QmpTimeoutError);
    });
  });

  describe('the end', () => {
    test('by the peer: everything that waits is told, after what was kept', async () => {
      const { monitor, client } = await open();
      const events = client.events();
      monitor.event('SHUTDOWN');
      const waits = [
        client.execute('x'),
        client.send({ execute: 'y' }),
        client.waitForEvent('NEVER'),
        client.executeAndWait('z', {}, 'NEVER'),
      ].map((promise) => failure(promise));
      for (let i = 0; i < 3; i++) await monitor.next();
      monitor.stream.end();
      for (const error of await Promise.all(waits)) expect(error).toBeInstanceOf(QmpDisconnectedError);
      expect(client.connected).toBe(false);
      expect((await client.closed).message).toContain('the peer closed');
      expect(await client.waitForEvent('SHUTDOWN')).toMatchObject({ event: 'SHUTDOWN' });
      expect(await client.pullEvent({ timeout: Number.POSITIVE_INFINITY })).toMatchObject({
        event: 'SHUTDOWN',
      });
      expect(await client.pullEvent()).toBeNull();
      expect((await events.next()).value).toMatchObject({ event: 'SHUTDOWN' });
      expect((await events.next()).done).toBe(true);
      for (const late of [
        client.execute('x'),
        client.send({ execute: 'y' }),
        client.waitForEvent('SHUTDOWN'),
        client.pullEvent({ timeout: 5 }),
        client.drainEvents({ timeout: Number.POSITIVE_INFINITY }),
      ]) {
        expect(await failure(late)).toBeInstanceOf(QmpDisconnectedError);
      }
      expect(await client.drainEvents()).toEqual([]);
    });

    test('by garbage: everything that waits gets a QmpProtocolError', async () => {
      withoutProxy('it looks at whether its own stream was destroyed');
      const { monitor, client } = await open();
      const waits = [client.execute('x'), client.waitForEvent('NEVER')].map((promise) => failure(promise));
      await monitor.next();
      monitor.raw('{"return": {}, garbage\r\n');
      const errors = await Promise.all(waits);
      for (const error of errors) {
        expect(error).toBeInstanceOf(QmpProtocolError);
        expect((error as QmpProtocolError).raw).toContain('{"return": {}, g');
      }
      expect(errors[0]).not.toBe(errors[1]);
      const late = await failure(client.execute('y'));
      expect(late).toBeInstanceOf(QmpDisconnectedError);
      expect((late as Error).cause).toBeInstanceOf(QmpProtocolError);
      expect(monitor.near.destroyed).toBe(true);
    });

    test('by JSON that is not QMP', async () => {
      const { monitor, client } = await open();
      const call = failure(client.execute('x'));
      monitor.raw('{"jsonrpc": "2.0", "result": 1}\r\n');
      expect(await call).toBeInstanceOf(QmpProtocolError);
    });

    test('by a message over the limit', async () => {
      const { monitor, client } = await open({ maxMessageSize: 1000 });
      const call = failure(client.execute('x'));
      const { id } = await monitor.next();
      monitor.say({ return: 'x'.repeat(1000), id });
      const error = await call;
      expect(error).toBeInstanceOf(QmpLimitError);
      expect((error as Error).message).toContain('maxMessageSize');
    });

    test('by close: what waits is told, twice is fine, the peer sees the end', async () => {
      const { monitor, client } = await open();
      const ended = new Promise<void>((resolve) => monitor.stream.once('end', resolve));
      const call = failure(client.execute('x'));
      const accepted = failure(client.pullEvent({ timeout: Number.POSITIVE_INFINITY }));
      await Promise.all([client.close(), client.close()]);
      await client[Symbol.asyncDispose]();
      expect(await call).toBeInstanceOf(QmpDisconnectedError);
      expect(await accepted).toBeInstanceOf(QmpDisconnectedError);
      await ended;
      expect(await failure(client.execute('y'))).toBeInstanceOf(QmpDisconnectedError);
      expect(monitor.received.some(({ execute }) => execute === 'x')).toBe(true);
    });

    test('by an error of the stream, which is the cause', async () => {
      const { monitor, client } = await open();
      const call = failure(client.execute('x'));
      const reason = new Error('EPIPE');
      monitor.near.destroy(reason);
      expect(await call).toMatchObject({ code: 'QMP_DISCONNECTED', cause: reason });
    });
  });

  describe('out of band', () => {
    test('at most eight in-band commands are on the wire, and an oob command overtakes', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const [client] = await Promise.all([over(monitor, { oob: true }), monitor.open()]);
      const calls = Array.from({ length: 12 }, (_, i) => client.execute(`c${i}`));
      const urgent = client.execute('query-yank', undefined, { oob: true });
      const requests = [];
      for (let i = 0; i < 9; i++) requests.push(await monitor.next());
      expect(requests.map((request) => request.execute ?? request['exec-oob'])).toEqual([
        ...Array.from({ length: 8 }, (_, i) => `c${i}`),
        'query-yank',
      ]);
      monitor.say({ return: 'first', id: requests[8]?.id });
      expect(await urgent).toBe('first');
      expect(monitor.received).toHaveLength(10);
      for (const { id } of requests.slice(0, 8)) monitor.say({ return: 1, id });
      for (let i = 8; i < 12; i++) expect((await monitor.answer({ return: 1 })).execute).toBe(`c${i}`);
      expect(await Promise.all(calls)).toEqual(Array(12).fill(1));
      await client.close();
    });

    test('a queued command that is given up is never sent; one on the wire keeps its place', async () => {
      const monitor = new ScriptedMonitor(chunking);
      const [client] = await Promise.all([over(monitor, { oob: true }), monitor.open()]);
      const impatient = Array.from({ length: 8 }, (_, i) =>
        failure(client.execute(`c${i}`, {}, { timeout: 1 })),
      );
      const queued = failure(client.execute('queued', {}, { timeout: 1 }));
      const patient = client.execute('patient');
      await Promise.all([...impatient, queued]);
      expect(monitor.received).toHaveLength(9);
      await monitor.answer();
      for (let i = 0; i < 7; i++) await monitor.next();
      expect((await monitor.answer({ return: 1 })).execute).toBe('patient');
      expect(await patient).toBe(1);
      await client.close();
    });
  });
});

describe('deadline and signal of connecting', () => {
  test.each<[string, 'greeting' | 'negotiation', RegExp]>([
    ['never greets', 'greeting', /no greeting came within 20 ms.*another client may hold it/],
    ['never answers qmp_capabilities', 'negotiation', /no reply to qmp_capabilities within 20 ms/],
  ])('a monitor that %s', async (_name, phase, message) => {
    const monitor = new ScriptedMonitor();
    const clock = new HandClock();
    withoutProxy('it looks at whether its own stream was destroyed');
    const opening = failure(over(monitor, { timeout: 20, clock }));
    if (phase === 'negotiation') {
      monitor.raw(`${GREETING}\r\n`);
      await monitor.next();
    }
    await new Promise((resolve) => setImmediate(resolve));
    clock.strike();
    const error = await opening;
    expect(error).toBeInstanceOf(QmpConnectError);
    expect(error).toMatchObject({ phase, cause: expect.any(QmpTimeoutError) as unknown });
    expect((error as Error).message).toMatch(message);
    expect(monitor.near.destroyed).toBe(true);
  });

  test('the deadline of connecting is not that of commands', async () => {
    const monitor = new ScriptedMonitor();
    const clock = new HandClock();
    const [client] = await Promise.all([over(monitor, { timeout: 400, clock }), monitor.open()]);
    const call = client.execute('x');
    expect(clock.strike()).toEqual([]);
    await monitor.answer();
    expect(await call).toEqual({});
    await client.close();
  });

  test('an abort rejects with the reason and leaves no stream', async () => {
    const monitor = new ScriptedMonitor();
    withoutProxy('it looks at whether its own stream was destroyed');
    const controller = new AbortController();
    const opening = failure(over(monitor, { signal: controller.signal }));
    controller.abort('enough');
    expect(await opening).toBe('enough');
    expect(monitor.near.destroyed).toBe(true);
    const again = new ScriptedMonitor();
    expect(await failure(over(again, { signal: controller.signal }))).toBe('enough');
  });

  test('a stream that is dead already', async () => {
    const [near] = memoryPair();
    near.destroy();
    expect(await failure(QmpClient.over(near))).toMatchObject({ code: 'QMP_CONNECT', phase: 'greeting' });
  });

  test('fake timers do not freeze deadlines', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const monitor = new ScriptedMonitor();
    expect(await failure(over(monitor, { timeout: 5 }))).toBeInstanceOf(QmpConnectError);
  });

  test('fake microtasks, as Jest fakes them by default, do not hold back what is sent', async () => {
    vi.useFakeTimers({ toFake: ['queueMicrotask', 'setTimeout', 'setImmediate'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const monitor = new ScriptedMonitor();
    const [client] = await Promise.all([over(monitor), monitor.open()]);
    const calls = [client.execute('a'), client.execute('b'), client.execute('c')];
    for (const name of ['a', 'b', 'c']) expect((await monitor.answer()).execute).toBe(name);
    expect(await Promise.all(calls)).toEqual([{}, {}, {}]);
    await client.close();
  });
});

const rejecting = (): unknown => Promise.reject(new Error('mine'));

describe('onlookers', () => {
  test('onMessage sees every message, and cannot break anything', async () => {
    const monitor = new ScriptedMonitor();
    const seen: unknown[] = [];
    const [client] = await Promise.all([
      over(monitor, {
        onMessage: (direction, message) => {
          seen.push([direction, message]);
          throw new Error('mine');
        },
      }),
      monitor.open(),
    ]);
    const call = client.execute('x', { a: 1n, b: 2n ** 60n, c: undefined });
    await monitor.answer();
    await call;
    expect(seen).toEqual([
      ['in', JSON.parse(GREETING)],
      ['out', { execute: 'qmp_capabilities', id: 1 }],
      ['in', { return: {}, id: 1 }],
      ['out', { execute: 'x', arguments: { a: 1, b: 2n ** 60n }, id: 2 }],
      ['in', { return: {}, id: 2 }],
    ]);
    await client.close();
  });

  test('an async onMessage that rejects breaks nothing', async () => {
    const monitor = new ScriptedMonitor();
    const [client] = await Promise.all([over(monitor, { onMessage: rejecting }), monitor.open()]);
    const call = client.execute('x');
    await monitor.answer();
    expect(await call).toEqual({});
    await client.close();
  });
});

test('a stream that gives strings works too', async () => {
  const stream = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      this.push('{"return": {}, "id": 1}\r\n');
      done();
    },
  });
  stream.setEncoding('utf8');
  stream.push(`${GREETING}\r\n`);
  const client = await QmpClient.over(stream);
  expect(client.fd).toBeNull();
  await client.close();
});

test('the history is bounded and counts what it dropped', async () => {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([over(monitor, { eventHistory: 2 }), monitor.open()]);
  for (const name of ['A', 'B', 'C']) monitor.event(name);
  await client.waitForEvent('C');
  expect(client.droppedEvents).toBe(1);
  expect((await client.drainEvents()).map(({ event }) => event)).toEqual(['B', 'C']);
  await client.close();
});
