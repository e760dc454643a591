/** Runs one target; says at the end whether all held. */
import { parentPort, workerData } from 'node:worker_threads';
import { runCampaign } from '../lib/campaign.ts';
import { heapUsed, inMiB } from '../lib/memory.ts';
import type { Work } from './run-target.ts';
import { targets } from './targets/index.ts';

/** Bytes that the heap may grow by from the first tenth of the inputs to the last. */
const GROWTH_MAX = 8 * 2 ** 20;

const { name, options, progress } = workerData as Work;
const target = targets.get(name)!();
Error.stackTraceLimit = 4;
let inputs = 0;
let slowest = 0;
let atFirst = 0;
let growth = 0;
const right = await runCampaign<unknown>(
  {
    name: `${name}: ${target.what}`,
    input: target.input,
    show: (input) => target.show(input),
    check(input) {
      const started = performance.now();
      target.check(input);
      slowest = Math.max(slowest, performance.now() - started);
      Atomics.store(progress, 0, ++inputs);
      if (inputs === Math.ceil(options.inputs / 10)) atFirst = heapUsed();
      return undefined;
    },
    note() {
      growth = heapUsed() - atFirst;
      return `slowest ${slowest.toFixed(0)} ms, heap ${inMiB(growth)} MiB since the first tenth`;
    },
  },
  options,
);
if (growth > GROWTH_MAX) console.log(`${name}: the heap grows`);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort!.postMessage(right && growth <= GROWTH_MAX);
