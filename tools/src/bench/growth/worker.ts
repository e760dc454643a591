/** One sample of growth: `worker.js SCENARIO FACTOR RAW-SOCKET` → µs for each unit of work. */
import { median } from '../../lib/median.ts';
import { scenarios } from './scenarios.ts';

const [name = '', factor, path = ''] = process.argv.slice(2);
const { base, run } = scenarios[name]!;

/** Gives the µs of some work; what is opened for it and closed after it does not count. */
async function timed(units: number): Promise<number> {
  const { work, close } = await run(path, units);
  const start = performance.now();
  await work();
  const elapsed = (performance.now() - start) * 1000;
  await close();
  return elapsed / units;
}

// The same warm-up whatever the factor, or the compiler's work would look like a cost of little work.
for (let i = 0; i < 3; i += 1) await timed(base * 10);
const times: number[] = [];
for (let i = 0; i < Math.max(3, 10 / Number(factor)); i += 1) times.push(await timed(base * Number(factor)));
console.log(JSON.stringify(median(times)));
process.exit(0);
