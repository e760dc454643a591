import type { Duplex } from 'node:stream';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type NetConnectOpts } from 'node:net';
import { relative } from 'node:path';
import { QmpClient } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import type { FaultHandle } from './fault-rule.ts';
import type { MockQmpOptions } from '../mock-options.ts';

function mockOf(options: MockQmpOptions = {}): MockQmp {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  return mock;
}

/** A client that knows nothing of QMP: sends text, keeps the chunks that come. */
class Raw {
  readonly stream: Duplex;
  readonly chunks: Buffer[] = [];
  ended = false;
  error: (Error & { code?: string }) | undefined;
  #wake: (() => void)[] = [];

  constructor(stream: Duplex) {
    this.stream = stream;
    const wake = (): void => this.#wake.splice(0).forEach((one) => one());
    stream.on('data', (chunk: Buffer) => (this.chunks.push(chunk), wake()));
    stream.on('end', () => ((this.ended = true), wake()));
    stream.on('error', (error) => ((this.error = error), wake()));
    stream.on('close', () => ((this.ended = true), wake()));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  get lines(): string[] {
    return this.text.split('\r\n').slice(0, -1);
  }

  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** Sends a text and waits for so many lines in all. */
  async say(text: string, lines: number): Promise<string[]> {
    this.stream.write(text);
    await this.until(() => this.lines.length >= lines);
    return this.lines;
  }
}

const NEGOTIATE = '{"execute":"qmp_capabilities"}';
const NAME = '{"execute":"query-name","id":1}';
const UUID = '{"execute":"query-uuid","id":2}';
const NAMED = '{"return": {}, "id": 1}';
const UUID_REPLY = '{"return": {"UUID": "00000000-0000-0000-0000-000000000000"}, "id": 2}';

/** A raw client that has negotiated, its chunks forgotten. */
async function negotiated(mock: MockQmp): Promise<Raw> {
  const raw = new Raw(mock.connect());
  await raw.say(NEGOTIATE, 2);
  raw.chunks.length = 0;
  return raw;
}

/** The same over TCP, if resets and chunks are real. */
async function overTcp(mock: MockQmp): Promise<Raw> {
  const { port } = (await mock.listen('127.0.0.1:0')) as { port: number };
  const raw = new Raw(connect(port, '127.0.0.1'));
  await raw.say(NEGOTIATE, 2);
  raw.chunks.length = 0;
  return raw;
}

describe('writing', () => {
  test.each(['memory', 'tcp'])('oneBytePerWrite over %s: each byte is a chunk', async (transport) => {
    const mock = mockOf();
    const raw = transport === 'tcp' ? await overTcp(mock) : await negotiated(mock);
    const handle = mock.fault.oneBytePerWrite();
    await raw.say(NAME + UUID, 2);
    expect(raw.lines).toEqual([NAMED, UUID_REPLY]);
    // Between real sockets the kernel may join two bytes now and then.
    if (transport === 'memory') expect(raw.chunks.every((chunk) => chunk.length === 1)).toBe(true);
    else expect(raw.chunks.length).toBeGreaterThan(raw.text.length / 2);
    handle.clear();
    raw.chunks.length = 0;
    await raw.say(NAME, 1);
    expect(raw.chunks).toHaveLength(1);
  });

  test('splitEvery', async () => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    mock.fault.splitEvery(10);
    await raw.say(NAME, 1);
    expect(raw.chunks.map(String)).toEqual(['{"return":', ' {}, "id":', ' 1}\r\n']);
  });

  test.each<[string, string[]]>([
    ['one-byte-per-write', [...`${NAMED}\r\n`]],
    ['split-every=10', ['{"return":', ' {}, "id":', ' 1}\r\n']],
    ['merge-writes', [`${NAMED}\r\n`]],
  ])('named: %s', async (name, chunks) => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    const handle = mock.fault.named(name);
    await raw.say(NAME, 1);
    expect(raw.chunks.map(String)).toEqual(chunks);
    handle.clear();
    expect(() => mock.fault.named(`${name}!`)).toThrow('one-byte-per-write, split-every=BYTES');
  });

  test('splitAt: at any byte of each message, also from the end', async () => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    mock.fault.splitAt(3, -1);
    await raw.say(NAME + NAME, 2);
    expect(raw.chunks.map(String)).toEqual([
      '{"r',
      'eturn": {}, "id": 1}\r',
      '\n',
      '{"r',
      'eturn": {}, "id": 1}\r',
      '\n',
    ]);
  });

  test('mergeWrites: what is written in one turn, or a number of messages', async () => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    const turn = mock.fault.mergeWrites();
    mock.emit('STOP');
    mock.emit('RESUME');
    await raw.until(() => raw.lines.length === 2);
    expect(raw.chunks).toHaveLength(1);
    turn.clear();
    raw.chunks.length = 0;
    mock.fault.mergeWrites({ messages: 3 });
    mock.emit('STOP');
    await raw.say(NAME, 0);
    await mock.waitForCommand('query-name');
    expect(raw.chunks).toHaveLength(0);
    mock.emit('RESUME');
    await raw.until(() => raw.lines.length === 3);
    expect(raw.chunks).toHaveLength(1);
  });

  test('delay: on the clock, in order', async () => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    mock.fault.delay(100);
    raw.stream.write(NAME);
    await mock.waitForCommand('query-name');
    mock.clock.advance(50);
    mock.fault.clear();
    raw.stream.write(UUID);
    await mock.waitForCommand('query-uuid');
    mock.clock.advance(49);
    expect(raw.chunks).toHaveLength(0);
    mock.clock.advance(1);
    await raw.until(() => raw.lines.length === 2);
    expect(raw.lines).toEqual([NAMED, UUID_REPLY]);
  });

  test('stall: nothing comes until it is cleared', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    const stall = mock.fault.stall();
    await expect(client.execute('query-name', {}, { timeout: 10 })).rejects.toMatchObject({
      code: 'QMP_TIMEOUT',
    });
    stall.clear();
    expect(await client.execute('query-name')).toEqual({});
  });

  test('one connection alone', async () => {
    const mock = mockOf();
    const [a, b] = [await negotiated(mock), await negotiated(mock)];
    mock.fault.oneBytePerWrite({ connection: 2 });
    await Promise.all([a.say(NAME, 1), b.say(NAME, 1)]);
    expect([a.chunks.length, b.chunks.length]).toEqual([1, NAMED.length + 2]);
  });
});

/** `timeout` is for what never comes; what comes has no deadline. */
const connecting = (mock: MockQmp, timeout?: number): Promise<QmpClient> =>
  QmpClient.over(mock.connect(), { timeout });

describe('the handshake', () => {
  test('noGreeting', async () => {
    const mock = mockOf();
    const fault = mock.fault.noGreeting();
    await expect(connecting(mock, 20)).rejects.toMatchObject({ code: 'QMP_CONNECT', phase: 'greeting' });
    expect(fault.fired).toBe(1);
    fault.clear();
    expect(await connecting(mock)).toBeDefined();
  });

  test.each<[string, unknown]>([
    ['the default', undefined],
    ['a text', 'SSH-2.0-OpenSSH_9.2'],
    ['JSON that is no greeting', { hello: 'world' }],
    ['an empty object', {}],
  ])('wrongGreeting: %s', async (_title, greeting) => {
    const mock = mockOf();
    mock.fault.wrongGreeting(greeting);
    await expect(connecting(mock)).rejects.toMatchObject({ code: 'QMP_CONNECT', phase: 'greeting' });
  });

  test('eventBeforeGreeting', async () => {
    const mock = mockOf();
    mock.fault.eventBeforeGreeting('RESUME');
    const client = await connecting(mock);
    expect(await client.waitForEvent('RESUME')).toMatchObject({ event: 'RESUME' });
  });

  test('eventInHandshake: between the command and its reply', async () => {
    const mock = mockOf();
    mock.fault.eventInHandshake('VSERPORT_CHANGE', { open: true, id: 'x' });
    const raw = new Raw(mock.connect());
    const lines = await raw.say(NEGOTIATE, 3);
    expect(lines[1]).toMatch(/^\{"timestamp": .*"event": "VSERPORT_CHANGE"/);
    expect(lines[2]).toBe('{"return": {}}');
  });

  test('refuseNegotiation: and the session has not negotiated', async () => {
    const mock = mockOf();
    const fault = mock.fault.refuseNegotiation('no', { times: 1 });
    await expect(connecting(mock)).rejects.toMatchObject({ code: 'QMP_CAPABILITIES' });
    const raw = new Raw(mock.connect());
    await raw.say(NEGOTIATE, 2);
    expect(raw.lines[1]).toBe('{"return": {}}');
    mock.fault.refuseNegotiation();
    const other = new Raw(mock.connect());
    const lines = await other.say(NEGOTIATE + NAME, 3);
    expect(lines[1]).toBe('{"error": {"class": "GenericError", "desc": "Capability oob not available"}}');
    expect(lines[2]).toContain('Expecting capabilities negotiation');
    expect(fault.fired).toBe(1);
  });

  describe('fullQueue', () => {
    const hasSubscribers = (): boolean => channel('net.client.socket').hasSubscribers;

    /** How dialling ends: `connected`, or an error's code. */
    const dialled = async (options: NetConnectOpts): Promise<string> => {
      const socket = connect(options);
      try {
        await once(socket, 'connect');
        return 'connected';
      } catch (error) {
        expect(error).toMatchObject({ syscall: 'connect', errno: -11 });
        return (error as NodeJS.ErrnoException).code ?? '';
      } finally {
        socket.destroy();
      }
    };

    test('so many dials are turned away, others and later ones are not', async () => {
      const mock = mockOf();
      const address = await mock.listen();
      const path = 'path' in address ? address.path : '';
      const tcp = await mock.listen('127.0.0.1:0');
      const fault = mock.fault.fullQueue(2);
      expect(await dialled(tcp as NetConnectOpts)).toBe('connected');
      expect(await dialled({ path: ((await mockOf().listen()) as { path: string }).path })).toBe('connected');
      expect(await dialled({ path })).toBe('EAGAIN');
      expect(await dialled({ path: relative(process.cwd(), path) })).toBe('EAGAIN');
      expect(await dialled({ path })).toBe('connected');
      expect(fault.fired).toBe(2);
      expect(hasSubscribers()).toBe(false);
    });

    test('the client goes on until it is let in', async () => {
      const mock = mockOf();
      const fault = mock.fault.fullQueue(3);
      const client = await QmpClient.connect(await mock.listen());
      expect(await client.execute('query-name')).toEqual({});
      expect(fault.fired).toBe(3);
      await client.close();
    });

    test.each<[string, (mock: MockQmp, fault: FaultHandle) => unknown]>([
      ['its handle', (_mock, fault) => fault.clear()],
      ['reset', (mock) => mock.reset()],
      ['close', (mock) => mock.close()],
    ])('%s takes it away', async (_name, end) => {
      const mock = mockOf();
      const address = (await mock.listen()) as { path: string };
      const fault = mock.fault.fullQueue(9);
      expect(await dialled(address)).toBe('EAGAIN');
      await end(mock, fault);
      expect(hasSubscribers()).toBe(false);
      expect(await dialled(address).catch(() => 'gone')).not.toBe('EAGAIN');
    });
  });

  test('parkClients: connected, not greeted, then served', async () => {
    const mock = mockOf();
    const address = await mock.listen();
    const fault = mock.fault.parkClients();
    await expect(QmpClient.connect(address, { timeout: 30 })).rejects.toMatchObject({ code: 'QMP_CONNECT' });
    const waiting = QmpClient.connect(address);
    const inMemory = QmpClient.over(mock.connect());
    fault.clear();
    for (const client of await Promise.all([waiting, inMemory])) {
      expect(await client.execute('query-name')).toEqual({});
      await client.close();
    }
  });
});

describe('replies', () => {
  test.each<[string, (mock: MockQmp) => unknown, string[]]>([
    ['duplicateReply', (mock) => mock.fault.duplicateReply(), [NAMED, NAMED, UUID_REPLY]],
    ['dropReply', (mock) => mock.fault.dropReply(), [UUID_REPLY]],
    ['of one command', (mock) => mock.fault.dropReply({ command: 'query-uuid' }), [NAMED]],
    [
      'several times',
      (mock) => mock.fault.duplicateReply({ times: 2 }),
      [NAMED, NAMED, UUID_REPLY, UUID_REPLY],
    ],
    [
      'unknownIdReply',
      (mock) => mock.fault.unknownIdReply(),
      ['{"return": {}, "id": "no-such-id"}', NAMED, UUID_REPLY],
    ],
    [
      'unknownIdReply instead',
      (mock) => mock.fault.unknownIdReply({ id: 9, instead: true }),
      ['{"return": {}, "id": 9}', UUID_REPLY],
    ],
    [
      'idlessError',
      (mock) => mock.fault.idlessError(),
      ['{"error":{"class":"GenericError","desc":"JSON parse error, expecting value"}}', NAMED, UUID_REPLY],
    ],
    ['reorderReplies', (mock) => mock.fault.reorderReplies(), [UUID_REPLY, NAMED]],
    ['garbage', (mock) => mock.fault.garbage({ bytes: '@@@\r\n' }), ['@@@', NAMED, UUID_REPLY]],
    ['truncateReply', (mock) => mock.fault.truncateReply({ at: 5 }), ['{"ret', UUID_REPLY]],
    ['invalidUtf8', (mock) => mock.fault.invalidUtf8(), ['{"return": "\u00c3(\u00ff", "id": 1}', UUID_REPLY]],
    [
      'oversizedReply',
      (mock) => mock.fault.oversizedReply(30),
      [`{${' '.repeat(30 - NAMED.length)}${NAMED.slice(1)}`, UUID_REPLY],
    ],
    [
      'two faults strike one message each',
      (mock) => (mock.fault.dropReply(), mock.fault.duplicateReply()),
      [UUID_REPLY, UUID_REPLY],
    ],
  ])('%s', async (_title, set, expected) => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    set(mock);
    expect(await raw.say(NAME + UUID, expected.length)).toEqual(expected);
    expect(mock.received).toHaveLength(2);
    mock.reset();
    raw.chunks.length = 0;
    expect(await raw.say(NAME + UUID, 2)).toEqual([NAMED, UUID_REPLY]);
  });

  test('lateReply: after the client has given up, and everything behind it waits', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    mock.fault.lateReply(1000, { command: 'query-name' });
    await expect(client.execute('query-name', {}, { timeout: 10 })).rejects.toMatchObject({
      code: 'QMP_TIMEOUT',
    });
    const next = client.execute('query-uuid');
    await mock.waitForCommand('query-uuid');
    mock.clock.advance(1000);
    expect(await next).toHaveProperty('UUID');
  });

  test.each([false, true])('disconnectMidReply over TCP, reset: %s', async (reset) => {
    const mock = mockOf();
    const raw = await overTcp(mock);
    mock.fault.disconnectMidReply({ at: 7, reset });
    raw.stream.write(NAME);
    await raw.until(() => raw.ended || raw.error !== undefined);
    // A reset right behind data: libuv reports the data, then the end of the stream; another reader may see
    // ECONNRESET.
    if (!reset) expect(raw.error).toBeUndefined();
    expect(raw.error?.code ?? 'ECONNRESET').toBe('ECONNRESET');
    expect(raw.text).toBe(NAMED.slice(0, 7));
  });

  test('the journal tells of a fault that struck', async () => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    mock.fault.duplicateReply();
    await raw.say(NAME, 2);
    expect(String(mock.journal)).toBe('→  query-name\n←  query-name: {}\n·  fault: duplicated reply');
  });

  test('faults in writing and of replies go together', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    mock.fault.oneBytePerWrite();
    mock.fault.unknownIdReply({ times: Infinity });
    expect(await Promise.all([client.execute('query-name'), client.execute('query-uuid')])).toEqual([
      {},
      { UUID: '00000000-0000-0000-0000-000000000000' },
    ]);
  });
});

describe('at once', () => {
  test('halfClose: the client reads the end, and what it sends still arrives', async () => {
    const mock = mockOf();
    const address = await mock.listen('127.0.0.1:0');
    const raw = new Raw(connect({ ...(address as { host: string; port: number }), allowHalfOpen: true }));
    await raw.say(NEGOTIATE, 2);
    mock.fault.halfClose();
    await raw.until(() => raw.ended);
    raw.stream.write(NAME);
    expect(await mock.waitForCommand('query-name')).toMatchObject({ id: 1 });
    raw.stream.destroy();
  });

  test('resetConnections: ECONNRESET over TCP', async () => {
    const mock = mockOf();
    const raw = await overTcp(mock);
    mock.fault.resetConnections();
    await raw.until(() => raw.error !== undefined);
    expect(raw.error?.code).toBe('ECONNRESET');
    expect(mock.connections).toHaveLength(0);
  });

  test('resetConnections: ECONNRESET in memory, the end of the stream over a UNIX socket', async () => {
    const mock = mockOf();
    const memory = await negotiated(mock);
    const { path } = (await mock.listen()) as { path: string };
    const unix = new Raw(connect(path));
    await unix.say(NEGOTIATE, 2);
    mock.fault.resetConnections();
    await memory.until(() => memory.error !== undefined);
    await unix.until(() => unix.ended);
    expect(memory.error?.code).toBe('ECONNRESET');
  });

  test('disconnect', async () => {
    const mock = mockOf();
    const raw = await negotiated(mock);
    mock.fault.disconnect();
    await raw.until(() => raw.ended);
    expect(raw.error).toBeUndefined();
  });

  test('eventStorm: past the rate limits, to negotiated clients', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    const silent = new Raw(mock.connect());
    await silent.until(() => silent.lines.length === 1);
    mock.fault.eventStorm(500, {
      event: 'RTC_CHANGE',
      data: (n: number) => ({ offset: n, 'qom-path': '/rtc' }),
    });
    await client.execute('query-name');
    const events = await client.drainEvents();
    expect(events.map((event) => (event.data as { offset: number }).offset)).toEqual([...Array(500).keys()]);
    expect(silent.lines).toHaveLength(1);
    mock.fault.eventStorm(1);
    expect(await client.waitForEvent('JOB_STATUS_CHANGE')).toMatchObject({ data: { id: 'storm' } });
  });
});

test.each<[string, (mock: MockQmp) => unknown]>([
  ['splitEvery', (mock) => mock.fault.splitEvery(0)],
  ['fullQueue', (mock) => mock.fault.fullQueue(0)],
  ['splitAt', (mock) => mock.fault.splitAt(0)],
  ['mergeWrites', (mock) => mock.fault.mergeWrites({ messages: 1 })],
  ['delay', (mock) => mock.fault.delay(-1)],
  ['lateReply', (mock) => mock.fault.lateReply(NaN)],
  ['reorderReplies', (mock) => mock.fault.reorderReplies(1)],
  ['oversizedReply', (mock) => mock.fault.oversizedReply(0.5)],
  ['eventStorm', (mock) => mock.fault.eventStorm(-1)],
])('%s refuses a number that makes no sense', (_name, set) => {
  expect(() => set(mockOf())).toThrow(expect.objectContaining({ code: 'QMP_STATE' }));
});

test('an event storm does not land inside a reply that is being written in pieces', async () => {
  const mock = mockOf();
  const client = await QmpClient.over(mock.connect());
  mock.fault.splitEvery(5);
  const call = client.execute('query-name');
  await mock.waitForCommand('query-name');
  mock.fault.eventStorm(3);
  expect(await call).toEqual({});
  await client.waitForEvent('JOB_STATUS_CHANGE');
  await client.close();
});

test('close does not wait for what is stalled or delayed', async () => {
  const mock = mockOf();
  const raw = await negotiated(mock);
  mock.fault.stall();
  mock.emit('STOP');
  await mock.close();
  expect(raw.lines).toEqual([]);
});
