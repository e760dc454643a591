/**
 * Start to first greeting within one process, as a test pays it:
 * `start-in-process.js mock|lenient|memory FOLDER` → ms.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { MockQmp } from 'qmp-mock';
import { median } from '../../lib/median.ts';
import { lenientFake } from './lenient-fake.ts';

const [kind = '', folder = ''] = process.argv.slice(2);
const path = join(folder, `in-${process.pid}`);

async function greeted<T extends Duplex>(socket: T): Promise<T> {
  await once(socket, 'data');
  return socket;
}

/** Each starts one, and gives how it is stopped. */
const kinds: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  async mock() {
    const mock = new MockQmp();
    await mock.listen(path);
    const socket = await greeted(connect(path));
    return async () => {
      socket.destroy();
      await mock.close();
    };
  },
  async memory() {
    const mock = new MockQmp();
    await greeted(mock.connect());
    return () => mock.close();
  },
  async lenient() {
    const server = lenientFake(path);
    await once(server, 'listening');
    const socket = await greeted(connect(path));
    return async () => {
      socket.destroy();
      server.close();
      await once(server, 'close');
    };
  },
};

const times: number[] = [];
for (let i = 0; i < 250; i += 1) {
  const start = performance.now();
  const stop = await kinds[kind]!();
  times.push(performance.now() - start);
  await stop();
}
console.log(JSON.stringify(median(times.slice(50))));
process.exit(0);
