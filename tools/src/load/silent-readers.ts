import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { QmpClient } from 'qmp-core';
import type { BoundAddress } from 'qmp-core/transport';
import { MockQmp } from 'qmp-mock';
import { atMost, eventually, type Load } from './load.ts';
import { used } from './memory-in-use.ts';

/** Clients that read slowly, or not at all. */
export const silentReaders: Readonly<Record<string, Load>> = {
  slow: {
    what: '20 clients that read 1 KiB in a turn of the event loop, 2 000 events each: nothing is lost, nobody is held up',
    async run() {
      const mock = new MockQmp();
      const wheres = await Promise.all(Array.from({ length: 20 }, () => mock.listen({ port: 0 })));
      const readers = wheres.map((where) => new SlowReader(connectTo(where)));
      await eventually(
        () => mock.connections.filter(({ negotiated }) => negotiated).length === readers.length,
        'all greet',
      );
      for (let count = 0; count < 2000; count++) mock.emit('STOP');
      const peak = used();
      await eventually(() => readers.every(({ events }) => events === 2000), 'all events');
      for (const { socket } of readers) socket.destroy();
      await mock.close();
      return peak;
    },
  },
  storm: {
    what: 'a client that never reads, 200 000 events: cut off at unsentLimit (8 MiB here), the other goes on',
    async run() {
      const mock = new MockQmp({ unsentLimit: 8 * 2 ** 20, journalLimit: 1000 });
      const where = await mock.listen();
      const other = await QmpClient.over(mock.connect());
      const deaf = connectTo(where);
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
      return atMost(peak, 120);
    },
  },
};

function connectTo(where: BoundAddress): Socket {
  return 'path' in where ? connect(where.path) : connect(where.port, where.host);
}

/** Reads a little in each turn of the event loop, and counts the `STOP` events. */
class SlowReader {
  readonly socket: Socket;
  events = 0;
  /** The head of a word that was cut in two; a whole one is not counted again. */
  #tail = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.write('{"execute": "qmp_capabilities"}');
    socket.on('readable', () => void this.#read());
  }

  async #read(): Promise<void> {
    const chunk = (this.socket.read(1024) ?? this.socket.read()) as Buffer | null;
    if (chunk === null) return;
    const text = this.#tail + chunk.toString('latin1');
    this.events += text.split('"STOP"').length - 1;
    this.#tail = text.slice(-5);
    await turn();
    this.socket.emit('readable');
  }
}
