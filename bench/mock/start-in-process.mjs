// Start to first greeting within one process, as a test pays it: start-in-process.mjs mock|lenient|memory FOLDER → ms.
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { MockQmp } from 'qmp-mock';
import { median } from '../lib/measure.mjs';
import { lenientFake } from './lenient-fake.mjs';

const [kind, folder] = process.argv.slice(2);
const path = join(folder, `in-${process.pid}`);

async function greeted(socket) {
  await once(socket, 'data');
  return socket;
}

const kinds = {
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

const times = [];
for (let i = 0; i < 250; i += 1) {
  const start = performance.now();
  const stop = await kinds[kind]();
  times.push(performance.now() - start);
  await stop();
}
console.log(JSON.stringify(median(times.slice(50))));
process.exit(0);
