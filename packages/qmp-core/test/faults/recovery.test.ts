import { Duplex } from 'node:stream';
import { QmpClient, QmpDisconnectedError, QmpLimitError, QmpProtocolError, QmpStateError } from 'qmp-core';
import { expect, onTestFinished } from 'vitest';
import { failure, isOver, rejects, STUCK, stuck, testRows, works } from './bench.ts';

testRows('recovery', {
  'lone-surrogate': [
    'half a character is no text for the monitor: that call fails, and no other',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const bad = failure(client.execute('human-monitor-command', { 'command-line': '\ud800' }));
      const good = client.execute('query-name');
      expect(await good).toEqual({});
      expect(await bad).toBeInstanceOf(QmpProtocolError);
      expect(await bad).toMatchObject({
        code: 'QMP_PROTOCOL',
        message: expect.stringMatching(
          /could not read a request, and says: .*JSON parse error.*Going by the order, it was .*human-monitor-command/,
        ) as unknown,
      });
      await works(client);
      expect(mock.received.map(({ execute }) => execute)).toEqual(['query-name', 'query-version']);
    },
  ],
  'difficult-texts': [
    'whatever text is sent arrives as it was, quotes, braces, control characters and all',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const text = '{"execute": \'quit\'} }]\\"\\\\ \u0001\u001b\t\r\n\u007f é € 😀 %p \ufffd @@@';
      const names = { __proto__: 1, constructor: 2, '': 3 };
      mock.handle('human-monitor-command', (args) => JSON.stringify(args), { unchecked: true });
      const args = JSON.parse(JSON.stringify({ 'command-line': text })) as Record<string, unknown>;
      expect(await client.execute('human-monitor-command', args)).toBe(JSON.stringify(args));
      const id = JSON.parse(JSON.stringify(names).replace('{', '{"__proto__": [1],')) as unknown;
      expect((await client.send({ execute: 'query-name', id })).id).toEqual(id);
    },
  ],
  'requests-are-lines': [
    'requests go out one behind the other, each on a line, and each runs at its closing brace',
    async (bench) => {
      const mock = bench.mock();
      const inside = mock.connect();
      const written: string[] = [];
      const outside = new Duplex({
        read: () => void inside.resume(),
        write: (chunk: Buffer, _encoding, done) => {
          written.push(String(chunk));
          inside.write(chunk, done);
        },
        final: (done) => void inside.end(done),
      });
      inside.on('data', (chunk: Buffer) => outside.push(chunk)).on('end', () => outside.push(null));
      const client = await QmpClient.over(outside);
      onTestFinished(() => client.close());
      await Promise.all([
        client.execute('query-name'),
        client.execute('query-uuid'),
        client.execute('query-kvm'),
      ]);
      expect(written.join('')).toBe(
        '{"execute":"qmp_capabilities","id":1}\n{"execute":"query-name","id":2}\n' +
          '{"execute":"query-uuid","id":3}\n{"execute":"query-kvm","id":4}\n',
      );
    },
  ],
  'unreadable-request-keeps-order': [
    'that a request could not be read is said in its turn: the calls before it are not blamed',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', stuck);
      const slow = client.execute('query-name');
      const bad = failure(client.execute('query-uuid', { text: '\udc00' }));
      const last = client.execute('query-kvm');
      await mock.waitForCommand('query-name');
      mock.clock.advance(STUCK);
      expect(await slow).toEqual({});
      expect(await bad).toMatchObject({
        code: 'QMP_PROTOCOL',
        message: expect.stringMatching(/"execute":"query-uuid"/) as unknown,
      });
      expect(await last).toHaveProperty('present');
    },
  ],
  garbage: [
    'bytes that are no JSON end the session, and all that waits is shown them',
    async (bench) => {
      const bytes: (string | Uint8Array)[] = [
        'warning: TCG does not support requested feature\r\n',
        '{"return": }\r\n',
        '{"return": tru}\r\n',
        '{]\r\n',
        Buffer.of(0x00),
        '"a text"\r\n',
        '7\r\n',
      ];
      for (const noise of bytes) {
        const { mock, client } = await bench.pair();
        mock.fault.garbage({ bytes: noise });
        const event = failure(client.waitForEvent('NEVER'));
        const error = await rejects(
          client.execute('query-name'),
          QmpProtocolError,
          'The peer sent something that is not JSON',
          {
            code: 'QMP_PROTOCOL',
          },
        );
        expect(String(noise)).toContain(error.raw[0]);
        expect(await event).toBeInstanceOf(QmpProtocolError);
        await isOver(client, 'QMP_PROTOCOL', 'Is this a QMP monitor?');
      }
      const { mock, client } = await bench.pair();
      mock.fault.garbage({ bytes: '{"jsonrpc": "2.0", "result": 1}\r\n' });
      await rejects(
        client.execute('query-name'),
        QmpProtocolError,
        "JSON that isn't a greeting, reply or event",
      );
      await isOver(client, 'QMP_PROTOCOL', 'jsonrpc');
    },
  ],
  'truncated-reply': [
    'a reply that breaks off and is followed by another message ends the session',
    async (bench) => {
      for (const at of [1, 12, 30]) {
        const { mock, client } = await bench.pair({ args: ['-name', 'a name of some length'] });
        mock.fault.truncateReply({ command: 'query-name', at });
        const first = failure(client.execute('query-name'));
        const second = failure(client.execute('query-name'));
        expect(await first).toBeInstanceOf(QmpProtocolError);
        // If the head alone is wrong already, the session may be over before this one is sent.
        expect(await second).toMatchObject({
          code: expect.stringMatching(/^QMP_(PROTOCOL|DISCONNECTED)$/) as unknown,
        });
        await isOver(client, 'QMP_PROTOCOL', 'not JSON');
      }
    },
  ],
  'invalid-utf8': [
    'bytes that are no UTF-8 end the session: no text is made up for them',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.fault.invalidUtf8();
      await rejects(client.execute('query-name'), QmpProtocolError, 'not UTF-8');
      await isOver(client, 'QMP_PROTOCOL', 'not UTF-8');
    },
  ],
  'request-limits': [
    'a request that the monitor could not read for its depth is refused before it is sent',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
      await rejects(
        client.execute('query-name', { a: nested(1100) }),
        QmpStateError,
        'nests deeper than the 1024 levels that QEMU reads',
      );
      expect(mock.received).toHaveLength(0);
      expect((await client.send({ execute: 'query-name', id: nested(1000) })).id).toEqual(nested(1000));
    },
  ],
  'reply-depth': [
    'a reply that nests deeper than the limit ends the session, and the error names the option',
    async (bench) => {
      const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
      const { mock, client } = await bench.pair();
      mock.fault.garbage({ bytes: `{"id": "n", "return": ${nested(1023)}}\r\n` });
      expect(await client.execute('query-name', {}, { id: 'n' })).toEqual(JSON.parse(nested(1023)));
      mock.fault.garbage({ bytes: `{"id": "m", "return": ${nested(1024)}}\r\n` });
      const limit = { code: 'QMP_PROTOCOL', limit: 'maxDepth', value: 1024 };
      await rejects(client.execute('query-name', {}, { id: 'm' }), QmpLimitError, 'maxDepth', limit);
      await isOver(client, 'QMP_PROTOCOL', 'maxDepth');
    },
  ],
  'megabyte-error': [
    'an error may repeat the whole of what it could not read',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const desc = `JSON parse error, stray '${'x'.repeat(30_000)}'`;
      mock.fault.idlessError({ desc, instead: true });
      await rejects(client.execute('query-name'), QmpProtocolError, desc);
      await works(client);
    },
  ],
  'long-id': [
    'an id may be long, and comes back whole',
    async (bench) => {
      const { client } = await bench.pair();
      const id = { text: 'é'.repeat(5000) };
      expect(await client.execute('query-name', {}, { id })).toEqual({});
      expect(await client.send({ execute: 'nope', id })).toHaveProperty('id', id);
    },
  ],
  'flush-byte': [
    'the guest agent, which does not greet, marks a fresh start with 0xFF; from a monitor that is garbage',
    async (bench) => {
      const mock = bench.mock();
      mock.fault.noGreeting({ times: 1 });
      mock.handle('guest-sync-delimited', ({ id }) => Number(id), { unchecked: true });
      const agent = await bench.client(mock, { negotiate: false });
      await agent.execute('qmp_capabilities');
      mock.fault.garbage({ bytes: Buffer.of(0xff) });
      expect(await agent.execute('guest-sync-delimited', { id: 4711 })).toBe(4711);
      await works(agent);

      const client = await bench.client(mock);
      mock.fault.garbage({ bytes: Buffer.of(0xff) });
      await rejects(client.execute('query-name'), QmpProtocolError, '0xff');
      await rejects(client.execute('query-name'), QmpDisconnectedError, 'The connection has ended');
    },
  ],
});
