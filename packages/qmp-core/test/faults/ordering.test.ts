import { QmpCommandError, QmpStateError, QmpTimeoutError } from 'qmp-core';
import { expect } from 'vitest';
import { failure, rejects, STUCK, stuck, testRows, works } from './bench.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

testRows('ordering', {
  'issue-order': [
    'replies come in the order of the commands, however many are under way',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', (_args, ctx) => ({ name: `${ctx.call}` }));
      const done: number[] = [];
      const calls = numbers(100).map(async (number) => {
        expect(await client.execute('query-name')).toEqual({ name: `${number}` });
        done.push(number);
      });
      await Promise.all(calls);
      expect(done).toEqual(numbers(100));
    },
  ],
  'out-of-order': [
    'replies that come in another order go to their calls by the id',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', (_args, ctx) => ({ name: `${ctx.call}` }));
      const fault = mock.fault.reorderReplies(5);
      const done: number[] = [];
      const calls = numbers(5).map(async (number) => {
        expect(await client.execute('query-name')).toEqual({ name: `${number}` });
        done.push(number);
      });
      await Promise.all(calls);
      expect(done).toEqual([5, 4, 3, 2, 1]);
      expect(fault.fired).toBe(5);
    },
  ],
  'delayed-writes': [
    'a monitor may be slow to write: nothing is lost or shifted',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('query-name', (_args, ctx) => ({ name: `${ctx.call}` }));
      const fault = mock.fault.delay(100);
      const calls = numbers(3).map(() => client.execute('query-name'));
      await mock.waitForCommand('query-name', { count: 3 });
      await expect.poll(() => mock.clock.pending).toBe(3);
      mock.clock.advance(100);
      fault.clear();
      expect(await Promise.all(calls)).toEqual(numbers(3).map((number) => ({ name: `${number}` })));
    },
  ],
  'stalled-writes': [
    'a monitor that hangs costs the calls their deadlines; when it goes on, so does the session',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const fault = mock.fault.stall();
      client.timeout = 5;
      await rejects(client.execute('query-name'), QmpTimeoutError, 'query-name: no reply within 5 ms');
      await rejects(client.executeAndWait('stop', {}, 'STOP'), QmpTimeoutError, 'within 5 ms', {
        timeout: 5,
      });
      client.timeout = null;
      const next = client.execute('query-uuid');
      fault.clear();
      expect(await next).toHaveProperty('UUID');
      expect(await client.waitForEvent('STOP')).toBeDefined();
    },
  ],
  'eight-in-flight': [
    'with oob at most eight commands in band are on the wire; without it as many as there are',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { oob: true } });
      const out: unknown[] = [];
      mock.fault.stall();
      const calls = numbers(20).map((number) =>
        client.execute('query-name').then((name) => {
          out.push(number);
          return name;
        }),
      );
      await mock.waitForCommand('query-name', { count: 8 });
      // One out of band behind all of them: when it has arrived, a ninth would have.
      const urgent = client.execute('query-yank', {}, { oob: true });
      await mock.waitForCommand('query-yank');
      expect(mock.received('query-name')).toHaveLength(8);
      mock.fault.clear();
      await urgent;
      await Promise.all(calls);
      expect(out).toEqual(numbers(20));
      expect(mock.received('query-name')).toHaveLength(20);

      const plain = await bench.client(mock);
      mock.fault.stall();
      const more = numbers(20).map(() => plain.execute('query-name'));
      await mock.waitForCommand('query-name', { count: 40 });
      mock.fault.clear();
      await Promise.all(more);
    },
  ],
  'oob-overtakes': [
    'a command out of band overtakes those that are stuck',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { oob: true } });
      mock.handle('query-name', stuck);
      mock.handle('query-yank', []);
      const calls = numbers(12).map(() => client.execute('query-name'));
      await mock.waitForCommand('query-name');
      expect(await client.execute('query-yank', {}, { oob: true })).toEqual([]);
      expect(mock.received('query-yank')[0]?.request).toHaveProperty('exec-oob');
      mock.handle('query-name', {});
      mock.clock.advance(STUCK);
      expect(await Promise.all(calls)).toHaveLength(12);
    },
  ],
  'oob-without-id': [
    'a command out of band gets an id of the client, so that its reply is known',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { oob: true } });
      mock.handle('query-yank', []);
      const [own, given] = await Promise.all([
        client.execute('query-yank', {}, { oob: true }),
        client.send({ 'exec-oob': 'query-yank' }),
      ]);
      expect([own, given]).toEqual([[], { return: [] }]);
      const ids = mock.received('query-yank').map((command) => command.id);
      expect(new Set(ids).size).toBe(2);
      expect(ids.every((id) => typeof id === 'number')).toBe(true);
    },
  ],
  'run-oob-is-gone': [
    'the old way to ask for out of band is refused like any member that is too many',
    async (bench) => {
      const { client } = await bench.pair({ client: { oob: true } });
      expect(await client.send({ execute: 'query-yank', control: { 'run-oob': true } })).toEqual({
        error: { class: 'GenericError', desc: "QMP input member 'control' is unexpected" },
      });
      await works(client);
    },
  ],
  'abandoned-calls': [
    'calls that are given up keep their place on the wire until they are answered',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { oob: true } });
      mock.handle('query-name', stuck);
      const abandon = new AbortController();
      const { signal } = abandon;
      const calls = numbers(10).map(() => failure(client.execute('query-name', {}, { signal })));
      const last = client.execute('query-uuid');
      await mock.waitForCommand('query-name');
      abandon.abort('enough');
      expect(await Promise.all(calls)).toEqual(numbers(10).map(() => 'enough'));
      // The eight that were sent still fill the monitor's queue; the two that were not are never sent.
      expect(mock.received('query-uuid')).toHaveLength(0);
      mock.handle('query-name', {});
      mock.clock.advance(STUCK);
      expect(await last).toHaveProperty('UUID');
      expect(mock.received('query-name')).toHaveLength(8);
    },
  ],
  'no-descriptors': [
    'descriptors cannot be passed over every stream: the client says so, and the mock that it sees none',
    async (bench) => {
      const { client } = await bench.pair();
      expect([client.canPassFds, client.fd]).toEqual([false, null]);
      await rejects(client.passFd(0), QmpStateError, /./, { code: 'QMP_STATE' });
      await rejects(
        client.execute('getfd', { fdname: 'a' }),
        QmpCommandError,
        'qmp-mock does not model descriptors that come over a UNIX socket',
      );
      await works(client);
    },
  ],
});
