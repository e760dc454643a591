import { QmpDisconnectedError, QmpLimitError, QmpTimeoutError } from 'qmp-core';
import { expect } from 'vitest';
import { failure, isOver, rejects, stuck, testRows, works } from './bench.ts';

testRows('framing', {
  'line-ends': [
    'a message is a line that ends in CRLF; one that ends in LF, and empty lines, are as good',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.fault.garbage({
        bytes: '\r\n\n \t\r\n{"timestamp":{"seconds":1,"microseconds":2},"event":"A"}\n',
      });
      await works(client);
      expect(await client.drainEvents()).toEqual([
        { event: 'A', timestamp: { seconds: 1, microseconds: 2 } },
      ]);
    },
  ],
  pretty: [
    'with pretty=on a message goes over many lines',
    async (bench) => {
      const { mock, client } = await bench.pair({ pretty: true });
      expect(client.greeting?.QMP.capabilities).toEqual(['oob']);
      expect(await client.execute('stop')).toEqual({});
      expect(await client.pullEvent()).toMatchObject({ event: 'STOP' });
      mock.handle('query-block', []);
      expect(await Promise.all([client.execute('query-block'), client.execute('query-name')])).toEqual([
        [],
        {},
      ]);
      await works(client);
    },
  ],
  'any-byte': [
    'a message may be cut at any byte, also between CR and LF',
    async (bench) => {
      const mock = bench.mock();
      mock.handle('query-name', { name: 'é😀"\\}{' });
      for (let offset = -70; offset <= 70; offset++) {
        if (offset === 0) continue;
        const fault = mock.fault.splitAt(offset);
        const client = await bench.client(mock);
        mock.emit('STOP');
        expect(await client.execute('query-name')).toEqual({ name: 'é😀"\\}{' });
        expect((await client.drainEvents()).map(({ event }) => event)).toEqual(['STOP']);
        await client.close();
        fault.clear();
      }
    },
  ],
  'merged-writes': [
    'several messages may come in one chunk',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', (_args, ctx) => {
        ctx.emit('STOP');
        return { name: `${ctx.call}` };
      });
      const fault = mock.fault.mergeWrites({ messages: 6 });
      const replies = [1, 2, 3].map(() => client.execute('query-name'));
      expect(await Promise.all(replies)).toEqual([{ name: '1' }, { name: '2' }, { name: '3' }]);
      expect(await client.drainEvents()).toHaveLength(3);
      fault.clear();
      await works(client);
    },
  ],
  'no-line-ends': [
    'a message is complete at its closing bracket, whatever comes behind it or does not',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const event = '{"event":"A","timestamp":{"seconds":1,"microseconds":2}}';
      mock.fault.garbage({ bytes: `${event}${event} ${event}` });
      await works(client);
      expect(await client.drainEvents()).toHaveLength(3);
      mock.fault.garbage({ bytes: `${event.repeat(2)}{"return": {"name": "vm"}, "id": "n"}` });
      expect(await client.execute('query-name', {}, { id: 'n' })).toEqual({ name: 'vm' });
      expect(await client.drainEvents()).toHaveLength(2);
    },
  ],
  'ascii-escapes': [
    'what is not printable ASCII comes as \\u escapes, and means what it says',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const name = 'é €\u2028 😀 \u0000\u0001\u001f\u007f\t\n\r\b\f"\\/ \ufffd';
      mock.handle('query-name', { name });
      expect(await client.execute('query-name')).toEqual({ name });
      mock.fault.garbage({ bytes: '{"return": "\\uD83D\\uDE00\\u00e9é😀\\uFFFD\\ud800", "id": "n"}\r\n' });
      expect(await client.execute('query-name', {}, { id: 'n' })).toBe('😀éé😀\ufffd\ud800');
    },
  ],
  'member-order': [
    'the members of a message come in any order',
    async (bench) => {
      const mock = bench.mock();
      mock.fault.wrongGreeting(
        '{"QMP": {"capabilities": [], "version": {"package": "", "qemu": {"minor": 2, "micro": 22, "major": 7}}}}',
      );
      const client = await bench.client(mock);
      expect(client.greeting?.QMP.version.qemu).toEqual({ major: 7, minor: 2, micro: 22 });
      mock.fault.garbage({
        times: 2,
        bytes:
          '{"data": {"n": 1}, "event": "A", "timestamp": {"microseconds": 2, "seconds": 1}}\r\n' +
          '{"id": "n", "return": {"name": "vm"}}\r\n',
      });
      expect(await client.execute('query-name', {}, { id: 'n' })).toEqual({ name: 'vm' });
      expect(await client.drainEvents()).toEqual([
        { event: 'A', data: { n: 1 }, timestamp: { seconds: 1, microseconds: 2 } },
      ]);
      expect(await client.send({ execute: 'nope', id: 1 })).toMatchObject({
        id: 1,
        error: { class: 'CommandNotFound' },
      });
    },
  ],
  'any-return': [
    'what is returned may be any JSON, also what JavaScript holds for nothing',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const values = [
        {},
        [],
        '',
        'text',
        0,
        -0.5,
        false,
        true,
        null,
        [[null]],
        { return: { error: 1 } },
        { event: 'A' },
      ];
      for (const value of values) {
        mock.handle('qom-get', () => value, { unchecked: true });
        expect(await client.execute('qom-get', { path: '/', property: 'x' })).toEqual(value);
      }
      await works(client);
    },
  ],
  'long-reply': [
    'a reply is one line, however long: more than 64 KiB is usual',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const text = 'line\n'.repeat(15_000);
      mock.handle('human-monitor-command', text);
      const [mem, name] = await Promise.all([
        client.execute('human-monitor-command', { 'command-line': 'info mem' }),
        client.execute('query-name'),
      ]);
      expect(mem).toBe(text);
      expect(name).toEqual({});
    },
  ],
  'oversized-reply': [
    'a message over the limit ends the session, and the error names the option',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { maxMessageSize: 2000 } });
      mock.fault.oversizedReply(2000);
      expect(await client.execute('query-name')).toEqual({});
      mock.fault.oversizedReply(2001, { command: 'query-name' });
      const event = failure(client.waitForEvent('NEVER'));
      const members = { code: 'QMP_PROTOCOL', limit: 'maxMessageSize', value: 2000 };
      await rejects(
        client.execute('query-name'),
        QmpLimitError,
        /longer than 2000 bytes.*maxMessageSize/,
        members,
      );
      expect(await event).toMatchObject(members);
      await isOver(client, 'QMP_PROTOCOL', 'longer than 2000 bytes');
    },
  ],
  'wide-integers': [
    'integers have 64 bits, signed or unsigned, and none is rounded; a wider one is a double',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const values = [2n ** 64n - 1n, -(2n ** 63n), 9007199254740993n, Number.MAX_SAFE_INTEGER, -1, 1000];
      for (const value of [...values, 1.1]) {
        mock.handle('qom-get', () => value, { unchecked: true });
        expect(await client.execute('qom-get', { path: '/', property: 'x' }, { id: value })).toBe(value);
      }
      const { id } = await client.send({ execute: 'query-name', id: 2n ** 64n });
      expect(id).toBe(Number(2n ** 64n));
    },
  ],
  'no-reply-ever': [
    'a command may have no reply: it fails at its deadline, and the session goes on',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.fault.dropReply({ command: 'query-name' });
      await rejects(
        client.execute('query-name', {}, { timeout: 5 }),
        QmpTimeoutError,
        /query-name: no reply within 5 ms.*"execute":"query-name"/,
        { code: 'QMP_TIMEOUT', timeout: 5 },
      );
      await works(client);
    },
  ],
  'end-without-reply': [
    'QEMU may be gone without a word: whatever waits is told, and nothing hangs',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', stuck);
      const waits = [
        client.execute('query-name'),
        client.send({ execute: 'query-name' }),
        client.waitForEvent('NEVER'),
        client.executeAndWait('query-name', {}, 'NEVER'),
        client.pullEvent({ timeout: Infinity }),
        client.drainEvents({ timeout: Infinity }),
      ].map(failure);
      const events = client.events().next();
      await mock.waitForCommand('query-name');
      mock.fault.disconnect();
      for (const error of await Promise.all(waits)) {
        expect(error).toBeInstanceOf(QmpDisconnectedError);
        expect(error).toMatchObject({
          code: 'QMP_DISCONNECTED',
          message: expect.stringMatching(
            /^The wait is over: the peer closed the connection\. (query-name got no reply; it was called at .*framing\.test\.ts:\d+:\d+|(Event NEVER|No event) (did not come|came))$/,
          ) as unknown,
        });
      }
      expect(await events).toEqual({ done: true, value: undefined });
      await isOver(client, 'QMP_DISCONNECTED', 'the peer closed the connection');
    },
  ],
  'end-after-shutdown': [
    'QEMU that is told to end by a signal says SHUTDOWN first, and that is not lost',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const waiting = client.waitForEvent('SHUTDOWN');
      mock.emit('SHUTDOWN', { guest: false, reason: 'host-signal' });
      mock.fault.disconnect();
      await isOver(client, 'QMP_DISCONNECTED', 'the peer closed the connection');
      expect((await waiting).data).toEqual({ guest: false, reason: 'host-signal' });
      expect(await client.drainEvents()).toMatchObject([{ event: 'SHUTDOWN' }]);
    },
  ],
  'end-in-mid-reply': [
    'a reply of which only the head comes is no reply, and the error shows the head',
    async (bench) => {
      for (const at of [1, 11, 30]) {
        const { mock, client } = await bench.pair({ args: ['-name', 'a name of some length'] });
        mock.fault.disconnectMidReply({ at });
        await rejects(
          client.execute('query-name'),
          QmpDisconnectedError,
          /^The wait is over: the peer closed the connection in the middle of a message: "\{/,
        );
        await isOver(client, 'QMP_DISCONNECTED', 'in the middle of a message');
      }
    },
  ],
  reset: [
    'a reset ends the session with the error of the system',
    async (bench) => {
      const mock = bench.mock();
      const client = await bench.connect(await mock.listen('127.0.0.1:0'));
      mock.handle('query-name', stuck);
      const pending = failure(client.execute('query-name'));
      await mock.waitForCommand('query-name');
      mock.fault.resetConnections();
      expect(await pending).toBeInstanceOf(QmpDisconnectedError);
      expect(await pending).toMatchObject({
        message: expect.stringMatching(/ECONNRESET/) as unknown,
        cause: { code: 'ECONNRESET' },
      });
      await isOver(client, 'QMP_DISCONNECTED', 'ECONNRESET');
    },
  ],
  'reset-in-mid-reply': [
    'a reset in the middle of a reply ends the session, and the next client is served',
    async (bench) => {
      const mock = bench.mock();
      const address = await mock.listen('127.0.0.1:0');
      const client = await bench.connect(address);
      mock.fault.disconnectMidReply({ reset: true });
      await rejects(client.execute('query-name'), QmpDisconnectedError, 'The wait is over: the ');
      await isOver(client, 'QMP_DISCONNECTED', 'the ');
      await works(await bench.connect(address));
    },
  ],
  'half-close': [
    'the end of the stream is the end of the session, also where the other direction is still open',
    async (bench) => {
      const mock = bench.mock();
      const client = await bench.connect(await mock.listen());
      mock.handle('query-name', stuck);
      const pending = failure(client.execute('query-name'));
      await mock.waitForCommand('query-name');
      mock.fault.halfClose();
      expect(await pending).toBeInstanceOf(QmpDisconnectedError);
      await isOver(client, 'QMP_DISCONNECTED', 'the peer closed the connection');
      await expect.poll(() => mock.connections.length).toBe(0);
    },
  ],
});
