import { QmpCommandError, QmpProtocolError, QmpTimeoutError } from 'qmp-core';
import { expect } from 'vitest';
import { failure, rejects, STUCK, stuck, testRows, works } from './bench.ts';

const PARSE_ERROR = 'JSON parse error, expecting value';

testRows('ids', {
  'any-json': [
    'an id is any JSON value and comes back as it was sent; null is one, and not the same as none',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const ids = [
        null,
        true,
        '',
        'cookie#1',
        0,
        -1.5,
        2n ** 64n - 1n,
        [],
        [1, [null]],
        {},
        { a: { b: [1] }, c: 'é' },
      ];
      mock.handle('query-name', (_args, ctx) => ({ name: JSON.stringify(ctx.request.id, widened) }));
      const names = await Promise.all(ids.map((id) => client.execute('query-name', {}, { id })));
      expect(names).toEqual(ids.map((id) => ({ name: JSON.stringify(id, widened) })));
      for (const id of ids) expect(await client.send({ execute: 'query-name', id })).toHaveProperty('id', id);
      expect(await client.send({ execute: 'query-name' })).not.toHaveProperty('id');
    },
  ],
  'same-id-twice': [
    'an id may be used twice at once: the replies go to the calls in their order',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', (_args, ctx) => ({ name: `${ctx.call}` }));
      const calls = [1, 2, 3].map(() => client.execute('query-name', {}, { id: 'same' }));
      expect(await Promise.all(calls)).toEqual([{ name: '1' }, { name: '2' }, { name: '3' }]);
    },
  ],
  'id-on-errors': [
    'an error carries the id of its command, and rejects that call alone',
    async (bench) => {
      const { client } = await bench.pair();
      const [before, refused, after] = [
        client.execute('query-name', {}, { id: 'a' }),
        failure(client.execute('nope', { x: 1 }, { id: { b: 1 } })),
        client.execute('query-name', {}, { id: 'c' }),
      ];
      expect([await before, await after]).toEqual([{}, {}]);
      const error = await refused;
      expect(error).toBeInstanceOf(QmpCommandError);
      expect(error).toMatchObject({ command: 'nope', arguments: { x: 1 }, reply: { id: { b: 1 } } });
    },
  ],
  'unknown-id': [
    'a reply with an id that nobody asked by is dropped',
    async (bench) => {
      for (const id of ['no-such-id', 10_000, null, { a: 1 }]) {
        const { mock, client } = await bench.pair();
        mock.handle('query-name', { name: 'right' });
        const fault = mock.fault.unknownIdReply({ id, times: 3 });
        const names = await Promise.all([1, 2, 3].map(() => client.execute('query-name')));
        expect(names).toEqual([1, 2, 3].map(() => ({ name: 'right' })));
        expect(fault.fired).toBe(3);
        await works(client);
      }
    },
  ],
  'idless-error': [
    'an error without an id is of the oldest request, which gets no other answer; the rest goes on',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', { name: 'right' });
      mock.fault.idlessError({ command: 'query-uuid', instead: true });
      const bad = failure(client.execute('query-uuid'));
      const good = client.execute('query-name');
      expect(await good).toEqual({ name: 'right' });
      const error = await bad;
      expect(error).toBeInstanceOf(QmpProtocolError);
      expect(error).toMatchObject({
        code: 'QMP_PROTOCOL',
        message: expect.stringMatching(
          new RegExp(`could not read a request, and says: ${PARSE_ERROR}.*"execute":"query-uuid"`),
        ) as unknown,
        raw: expect.stringContaining(PARSE_ERROR) as unknown,
      });
      await works(client);
    },
  ],
  'idless-error-to-nobody': [
    'an error without an id, when nothing is asked, and the reply that comes all the same, are dropped',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', { name: 'right' });
      const error = { class: 'GenericError', desc: PARSE_ERROR };
      for (const { id } of mock.connections) {
        // Bytes that the client never asked for: the monitor's end of the connection speaks by itself.
        mock.fault.eventStorm(1, { connection: id });
      }
      mock.fault.garbage({ bytes: `${JSON.stringify({ error })}\r\n`, command: 'query-name' });
      expect(await failure(client.execute('query-name'))).toBeInstanceOf(QmpProtocolError);
      expect(await client.execute('query-name')).toEqual({ name: 'right' });
      await works(client);
    },
  ],
  'idless-return': [
    'a return without an id answers nobody',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', { name: 'right' });
      mock.fault.garbage({ bytes: '{"return": "wrong"}\r\n' });
      expect(await client.execute('query-name')).toEqual({ name: 'right' });
      await works(client);
    },
  ],
  'duplicated-reply': [
    'a reply that comes twice answers once',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', (_args, ctx) => ({ name: `${ctx.call}` }));
      const fault = mock.fault.duplicateReply({ times: 4 });
      const calls = [1, 2, 3].map(() => client.execute('query-name'));
      expect(await Promise.all(calls)).toEqual([{ name: '1' }, { name: '2' }, { name: '3' }]);
      await works(client);
      expect(fault.fired).toBe(4);
    },
  ],
  'late-reply': [
    'a reply that comes after its deadline answers nobody, also where its id is used again',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', (_args, ctx) => ({ name: `${ctx.call}` }));
      for (const id of [undefined, 'same']) {
        mock.fault.lateReply(STUCK, { command: 'query-name' });
        await rejects(
          client.execute('query-name', {}, { timeout: 5, id }),
          QmpTimeoutError,
          /query-name: no reply within 5 ms \(a later one is dropped\)/,
        );
        const next = client.execute('query-name', {}, { id });
        const count = id === undefined ? 2 : 4;
        await mock.waitForCommand('query-name', { count });
        mock.clock.advance(STUCK);
        expect(await next).toEqual({ name: `${count}` });
      }
      mock.handle('query-name', stuck);
      const abandoned = new AbortController();
      const call = failure(client.execute('query-name', {}, { signal: abandoned.signal }));
      const next = client.execute('query-uuid');
      await mock.waitForCommand('query-name', { count: 5 });
      abandoned.abort('enough');
      expect(await call).toBe('enough');
      mock.clock.advance(STUCK);
      expect(await next).toHaveProperty('UUID');
    },
  ],
});

function widened(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
