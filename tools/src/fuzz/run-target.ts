import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { Worker } from 'node:worker_threads';
import type { CampaignOptions } from '../lib/campaign.ts';

/** An input that takes more of the processors' time than this hangs, in ms. */
const HANG = 20_000;
/** The time is looked at this often, in ms. */
const LOOK = 1000;

/** Work for a worker. */
export interface Work {
  readonly name: string;
  readonly options: CampaignOptions;
  /** The number of the input that it is at. */
  readonly progress: Int32Array;
}

/** Runs a target in a thread of its own, so that a hang can be seen and ended. Says whether all held. */
export async function runTarget(name: string, options: CampaignOptions): Promise<boolean> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const workerData: Work = { name, options, progress };
  const worker = new Worker(new URL('worker.js', import.meta.url), { workerData });
  let last = -1;
  let since = 0;
  let hangs = false;
  const watch = setInterval(() => {
    const now = Atomics.load(progress, 0);
    // A busy machine may let this process wait for longer than any input takes.
    const { user, system } = process.cpuUsage();
    if (now !== last) since = (user + system) / 1000;
    hangs = (user + system) / 1000 - since > HANG;
    if (hangs) void worker.terminate();
    last = now;
  }, LOOK);
  try {
    const right = await new Promise<boolean>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => resolve(false));
    });
    if (hangs) console.log(`${name}: input ${last} of seed ${options.seed} hangs`);
    return right;
  } finally {
    clearInterval(watch);
  }
}
