import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { clearInterval, setInterval } from 'node:timers';
import { QmpClient, QmpError } from 'qmp-core';
import { atMost, eventually, type Load } from './load.ts';
import { used } from './memory-in-use.ts';

const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}\r\n';
const EVENT = '{"event": "X", "data": {"n": 1}, "timestamp": {"seconds": 1, "microseconds": 1}}\r\n';

/** Monitors that do not stop. */
export const endlessPeers: Readonly<Record<string, Load>> = {
  flooded: {
    what: 'a program that never looks at its events, 1 million of them: the history keeps 10 000',
    async run() {
      const server = await peer((socket) => {
        socket.write(GREETING);
        socket.once('data', (data) => {
          const id = /"id":\s*("?[^",}]*"?)/.exec(data.toString())?.[1];
          socket.write(`{"return": {}${id === undefined ? '' : `, "id": ${id}`}}\r\n`);
          writeAll(socket, EVENT.repeat(1000), 1000);
        });
      });
      const client = await QmpClient.connect({ port: portOf(server) });
      let peak = 0;
      const look = setInterval(() => (peak = Math.max(peak, used())), 500);
      await eventually(() => client.droppedEvents === 990_000, 'the last event');
      clearInterval(look);
      peak = Math.max(peak, used());
      await client.close();
      server.close();
      return atMost(peak, 80);
    },
  },
  endless: {
    what: 'a peer that sends one message without an end, and 100 000 brackets: the client ends it by its limits',
    async run() {
      let peak = 0;
      for (const [limit, chunk] of [
        ['maxMessageSize', `"${'x'.repeat(65_536)}",`],
        ['maxDepth', `${'['.repeat(100_000)}\n`],
      ] as const) {
        const server = await peer((socket) => {
          socket.write(`${GREETING}{"return": [`);
          writeAll(socket, chunk, Infinity);
        });
        const options = { timeout: null, maxMessageSize: 8 * 2 ** 20 };
        const error: unknown = await QmpClient.connect({ port: portOf(server) }, options).catch(
          (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof QmpError);
        assert.equal(((error.cause ?? error) as { limit?: string }).limit, limit);
        peak = Math.max(peak, used());
        server.close();
      }
      return peak;
    },
  },
};

async function peer(serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Writes a text so many times as fast as it is taken, then ends. */
function writeAll(socket: Socket, text: string, times: number): void {
  let left = times;
  const more = (): void => {
    while (left-- > 0 && !socket.destroyed) if (!socket.write(text)) return void socket.once('drain', more);
    socket.end();
  };
  more();
}
