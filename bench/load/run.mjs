// node bench/load/run.mjs [SCENARIO…]: many at once, and peers that do not read. Needs `pnpm build`.
//
// Each scenario runs in this process, throws where something does not hold, and says what memory it took.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as turn } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const MiB = 2 ** 20;

/** Memory that the process has in use, in bytes: heap and buffers. */
function used() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Turns the event loop until what `until` says is so, a minute at most. */
async function eventually(until, what) {
  for (const began = performance.now(); !until();) {
    assert.ok(performance.now() - began < 60_000, `it never came: ${what}`);
    await turn();
  }
}

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}\r\n';

const scenarios = {
  thousand: {
    what: '1 000 clients on 1 000 mocks (UNIX and TCP), 10 commands each at once',
    async run() {
      const mocks = Array.from({ length: 1000 }, () => new MockQmp());
      const clients = await Promise.all(
        mocks.map(async (mock, at) =>
          QmpClient.connect(await mock.listen(at % 2 === 0 ? undefined : { port: 0 }), { timeout: 60_000 }),
        ),
      );
      const replies = await Promise.all(
        clients.flatMap((client) => Array.from({ length: 10 }, () => client.execute('query-status'))),
      );
      assert.equal(replies.filter(({ running }) => running).length, 10_000);
      for (const mock of mocks) assert.equal(mock.received('query-status').length, 10);
      const peak = used();
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all(mocks.map((mock) => mock.close()));
      return peak;
    },
  },
  queue: {
    what: '200 clients that try one socket: one is served at a time, each in the end',
    async run() {
      const mock = new MockQmp();
      const where = await mock.listen();
      let atOnce = 0;
      await Promise.all(
        Array.from({ length: 200 }, async () => {
          const client = await QmpClient.connect(where, { timeout: 60_000 });
          atOnce = Math.max(atOnce, mock.connections.length);
          await client.execute('query-status');
          await client.close();
        }),
      );
      assert.equal(atOnce, 1);
      assert.equal(mock.received('query-status').length, 200);
      const peak = used();
      await mock.close();
      return peak;
    },
  },
  slow: {
    what: '20 clients that read 1 KiB in a turn of the event loop, 2 000 events each: nothing is lost, nobody is held up',
    async run() {
      const mock = new MockQmp();
      const where = await mock.listen({ port: 0 });
      const wheres = [
        where,
        ...(await Promise.all(Array.from({ length: 19 }, () => mock.listen({ port: 0 })))),
      ];
      const counts = wheres.map(() => 0);
      const tails = wheres.map(() => '');
      const sockets = wheres.map(({ host, port }, at) => {
        const socket = connect(port, host);
        socket.write('{"execute": "qmp_capabilities"}');
        const readSlowly = async () => {
          const chunk = socket.read(1024) ?? socket.read();
          if (chunk === null) return;
          const text = tails[at] + chunk.toString('latin1');
          counts[at] += text.split('"STOP"').length - 1;
          // The head of a word that was cut in two; a whole one is not counted again.
          tails[at] = text.slice(-5);
          // Whoever reads a little in each turn of the event loop is slower than who writes it all at once.
          await turn();
          socket.emit('readable');
        };
        socket.on('readable', () => void readSlowly());
        return socket;
      });
      await eventually(
        () => mock.connections.filter(({ negotiated }) => negotiated).length === 20,
        'all greet',
      );
      for (let count = 0; count < 2000; count++) mock.emit('STOP');
      const peak = used();
      await eventually(() => counts.every((count) => count === 2000), 'all events');
      for (const socket of sockets) socket.destroy();
      await mock.close();
      return peak;
    },
  },
  storm: {
    what: 'a client that never reads, 200 000 events: cut off at unsentLimit (8 MiB here), the other goes on',
    async run() {
      const mock = new MockQmp({ unsentLimit: 8 * MiB, journalLimit: 1000 });
      const where = await mock.listen();
      const other = await QmpClient.over(mock.connect());
      const deaf = connect(where.path);
      deaf.pause();
      deaf.on('error', () => {});
      deaf.write('{"execute": "qmp_capabilities"}');
      await eventually(() => mock.connections.every(({ negotiated }) => negotiated), 'negotiation');
      let peak = 0;
      for (let count = 0; count < 200_000; count++) {
        mock.emit('STOP');
        if (count % 1000 === 0) await turn();
        if (count % 10_000 === 0) peak = Math.max(peak, used());
      }
      assert.equal(mock.connections.length, 1);
      assert.throws(() => mock.verify(), /unsentLimit|not read|did not read/);
      await other.execute('query-status');
      deaf.destroy();
      await other.close();
      await mock.close();
      assert.ok(peak < 120 * MiB, `memory reached ${(peak / MiB).toFixed(0)} MiB`);
      return peak;
    },
  },
  flooded: {
    what: 'a program that never looks at its events, 1 million of them: the history keeps 10 000',
    async run() {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.write(greeting);
        socket.once('data', (data) => {
          const id = /"id":\s*("?[^",}]*"?)/.exec(data.toString())?.[1];
          socket.write(`{"return": {}${id === undefined ? '' : `, "id": ${id}`}}\r\n`);
          const event =
            '{"event": "X", "data": {"n": 1}, "timestamp": {"seconds": 1, "microseconds": 1}}\r\n';
          const block = event.repeat(1000);
          let blocks = 1000;
          const more = () => {
            while (blocks-- > 0) if (!socket.write(block)) return void socket.once('drain', more);
            socket.end();
          };
          more();
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = await QmpClient.connect({ port: server.address().port });
      let peak = 0;
      const look = setInterval(() => (peak = Math.max(peak, used())), 500);
      await eventually(() => client.droppedEvents === 990_000, 'the last event');
      clearInterval(look);
      peak = Math.max(peak, used());
      await client.close();
      server.close();
      assert.ok(peak < 80 * MiB, `memory reached ${(peak / MiB).toFixed(0)} MiB`);
      return peak;
    },
  },
  endless: {
    what: 'a peer that sends one message without an end, and 100 000 brackets: the client ends it by its limits',
    async run() {
      let peak = 0;
      for (const [limit, chunk] of [
        ['maxMessageSize', `"${'x'.repeat(65_536)}",`],
        ['maxDepth', `${'['.repeat(100_000)}\n`],
      ]) {
        const server = createServer((socket) => {
          socket.on('error', () => {});
          socket.write(greeting + '{"return": [');
          const more = () => {
            while (!socket.destroyed) if (!socket.write(chunk)) return void socket.once('drain', more);
          };
          more();
        });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const error = await QmpClient.connect(
          { port: server.address().port },
          { timeout: null, maxMessageSize: 8 * MiB },
        ).catch((thrown) => thrown);
        assert.equal((error.cause ?? error).limit, limit);
        peak = Math.max(peak, used());
        server.close();
      }
      return peak;
    },
  },
};

const asked = process.argv.slice(2);
console.log('| Load | Seconds | Memory before, MiB | at its most, MiB | after, MiB |');
console.log('| --- | --: | --: | --: | --: |');
for (const name of asked.length > 0 ? asked : Object.keys(scenarios)) {
  const { what, run } = scenarios[name];
  const before = used();
  const began = performance.now();
  const peak = await run();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const cells = [before, peak, used()].map((bytes) => (bytes / MiB).toFixed(1));
  console.log(`| ${what} | ${seconds} | ${cells.join(' | ')} |`);
}
