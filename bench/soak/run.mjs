// node bench/soak/run.mjs [connect|mock|qemu…] [--scale F]: does the same thing thousands of times, and counts what is left.
//
// connect: 10 000 clients come and go; mock: 10 000 mocks start and stop (memory, UNIX, TCP); qemu: 500 machines are launched
// and stopped (needs a QEMU). Then descriptors, sockets, child processes, active resources, temporary directories and
// the heap have to be what they were after the first tenth. Needs `pnpm build`. Exit status 1 where something is left.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { launchQemu } from 'qmp-vitest/qemu';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Bytes that the heap may have grown by. */
const HEAP_MAX = 3 * 2 ** 20;

const soaks = {
  connect: {
    what: 'clients that connect to a mock and close',
    count: 10_000,
    async prepare() {
      const mock = new MockQmp({ journalLimit: 100 });
      const unix = await mock.listen();
      const tcp = await mock.listen({ port: 0 });
      return {
        async once(number) {
          const client = await QmpClient.connect(number % 2 === 0 ? unix : tcp);
          await client.execute('query-status');
          await client.close();
        },
        end: () => mock.close(),
      };
    },
  },
  mock: {
    what: 'mocks that start, serve a client and stop',
    count: 10_000,
    prepare: () => ({
      async once(number) {
        const mock = new MockQmp();
        const where =
          number % 3 === 0 ? undefined : await mock.listen(number % 3 === 1 ? undefined : { port: 0 });
        const client = await (where === undefined
          ? QmpClient.over(mock.connect())
          : QmpClient.connect(where));
        await client.execute('query-status');
        // Both orders of ending.
        if (number % 2 === 0) await client.close();
        await mock.close();
        await client.close();
      },
    }),
  },
  qemu: {
    what: 'QEMUs that are launched and disposed of',
    count: 500,
    prepare: () => ({
      async once() {
        const vm = await launchQemu({ args: ['-machine', 'none'], timeout: 60_000 });
        await vm.client.execute('query-status');
        await vm.dispose();
      },
    }),
  },
};

/** What the process has open. */
function census() {
  collect();
  const descriptors = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return 'gone';
    }
  });
  const open = descriptors.filter((name) => name !== 'gone');
  return {
    descriptors: open.length,
    sockets: open.filter((name) => name.startsWith('socket:')).length,
    children: readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean).length,
    // The census itself waits for the next turn of the event loop.
    resources: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate')
      .length,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    directories: readdirSync(tmpdir()).filter((name) => name.startsWith('qmp-')).length,
    heap: process.memoryUsage().heapUsed,
  };
}

/** Turns of the event loop in which the end of what has just been closed is heard of. */
const TURNS = 50;
/** How long what is left may take to go, in ms. */
const DEADLINE = 10_000;

/** The least that is open over some turns: a socket closes a turn after its owner. */
async function atRest() {
  let least = census();
  for (let left = TURNS; left > 0; left--) {
    await turn();
    const now = census();
    least = Object.fromEntries(Object.keys(now).map((name) => [name, Math.min(least[name], now[name])]));
  }
  return least;
}

/** Turns the event loop until nothing is left that was not there, or the deadline is over. */
async function settled(before) {
  for (const began = performance.now(); ; await turn()) {
    const now = census();
    const left = Object.keys(now).filter(
      (name) => now[name] > before[name] + (name === 'heap' ? HEAP_MAX : 0),
    );
    if (left.length === 0 || performance.now() - began > DEADLINE) return { now, left };
  }
}

const { values, positionals } = parseArgs({
  options: { scale: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : Object.keys(soaks);
console.log(
  '| Soak | Times | ms each | Descriptors | Sockets | Children | Resources | Timers | Directories | Heap, MiB |',
);
console.log('| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |');
for (const name of chosen) {
  const { what, count, prepare } = soaks[name];
  const times = Math.max(10, Math.round(count * Number(values.scale)));
  const { once, end } = await prepare();
  const warmUp = Math.ceil(times / 10);
  for (let number = 0; number < warmUp; number++) await once(number);
  const before = await atRest();
  // What one costs on average in each tenth, in ms: something that grows shows here before it shows anywhere else.
  const tenths = [];
  for (let number = warmUp, began = performance.now(), at = number; number < times; number++) {
    await once(number);
    if (number + 1 - at < warmUp) continue;
    tenths.push((performance.now() - began) / (number + 1 - at));
    began = performance.now();
    at = number + 1;
  }
  const { now, left } = await settled(before);
  const cell = (key) => `${before[key]} → ${now[key]}`;
  const heap = `${(before.heap / 2 ** 20).toFixed(1)} → ${(now.heap / 2 ** 20).toFixed(1)}`;
  const cells = ['descriptors', 'sockets', 'children', 'resources', 'timers', 'directories'].map(cell);
  const pace = `${tenths[0].toFixed(1)} → ${tenths.at(-1).toFixed(1)}`;
  console.log(`| ${what} | ${times} | ${pace} | ${cells.join(' | ')} | ${heap} |`);
  if (left.length > 0) {
    console.error(`${name}: left behind: ${left.join(', ')}`);
    process.exitCode = 1;
  }
  await end?.();
}
