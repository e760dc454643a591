/* oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin */
// node bench/fuzz/run.mjs [TARGET…] [--inputs N] [--seed S]: gives each target N random inputs (default: a million).
//
// Nothing but the documented error class may be thrown, no input may take seconds, and the heap must not grow.
// The first input that breaks this is printed with what repeats it, and the exit status is 1. Needs `pnpm build`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from './mutate.mjs';
import { targets } from './targets.mjs';

/** An input that takes longer than this hangs, in ms. */
const HANG = 20_000;
/** Bytes that the heap may grow by from the first tenth to the end. */
const GROWTH_MAX = 8 * 1024 * 1024;

if (isMainThread) await main();
else work(workerData);

async function main() {
  const { values, positionals } = parseArgs({
    options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
    allowPositionals: true,
  });
  const all = [...Object.keys(targets), 'engine'];
  const chosen = positionals.length > 0 ? positionals : all;
  const unknown = chosen.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    console.error(`unknown target ${unknown.join(', ')}; there are: ${all.join(', ')}`);
    process.exit(2);
  }
  const inputs = Number(values.inputs);
  const seed = Number(values.seed);
  let failed = false;
  for (const name of chosen) {
    if (name === 'engine') failed = !runEngine(inputs, seed) || failed;
    else failed = !(await runTarget(name, inputs, seed)) || failed;
  }
  process.exitCode = failed ? 1 : 0;
}

/** The mock's JSON dialect and envelope have a fuzzer of their own. */
function runEngine(inputs, seed) {
  const script = fileURLToPath(new URL('../../packages/qmp-mock/scripts/fuzz-engine.mjs', import.meta.url));
  process.stdout.write("engine: QEMU's JSON dialect and the envelope, whole and in pieces: ");
  const args = ['--expose-gc', script, '--inputs', String(inputs), '--seed', String(seed)];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}

/** Runs a target in a thread of its own, so that a hang can be seen and ended. */
function runTarget(name, inputs, seed) {
  return new Promise((resolve) => {
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL(import.meta.url), { workerData: { name, inputs, seed, progress } });
    let last = -1;
    const watch = setInterval(() => {
      const now = Atomics.load(progress, 0);
      if (now === last) {
        finish(false, `${name}: input ${now} of seed ${seed} hangs`);
        void worker.terminate();
      }
      last = now;
    }, HANG);
    const finish = (ok, text) => {
      clearInterval(watch);
      console.log(text);
      resolve(ok);
    };
    worker.once('message', ({ ok, text }) => finish(ok, text));
    worker.once('error', (error) => finish(false, `${name}: ${error.stack}`));
  });
}

function work({ name, inputs, seed, progress }) {
  Error.stackTraceLimit = 4;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const { what, prepare } = targets[name];
  const { input, show, check } = prepare();
  const began = performance.now();
  let slowest = 0;
  let atFirst = 0;
  for (let number = 0; number < inputs; number++) {
    // Each input has a seed of its own, so that one can be repeated alone.
    const random = new Random(seed * 1_000_003 + number);
    const given = input(random);
    const started = performance.now();
    try {
      check(given, random);
    } catch (error) {
      const text = `${name}: ${what}\n  seed ${seed}, input ${number}: ${show(given)}\n  ${error.stack}`;
      parentPort.postMessage({ ok: false, text });
      return;
    }
    slowest = Math.max(slowest, performance.now() - started);
    Atomics.store(progress, 0, number);
    if (number === Math.floor(inputs / 10)) {
      collect();
      atFirst = process.memoryUsage().heapUsed;
    }
  }
  collect();
  const growth = process.memoryUsage().heapUsed - atFirst;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const text = `${name}: ${what}: ${inputs} inputs in ${seconds} s, slowest ${slowest.toFixed(0)} ms, heap ${(growth / 2 ** 20).toFixed(1)} MiB since the first tenth`;
  parentPort.postMessage({
    ok: growth <= GROWTH_MAX,
    text: growth <= GROWTH_MAX ? text : `${text}: it grows`,
  });
}
