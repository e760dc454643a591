// Fair comparison of contenders: every sample is a process of its own, contenders take turns, medians are compared.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Median of some numbers. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs a worker script and gives the JSON value that it prints last. Fails with the worker's stderr. */
export async function sample(script, args, { env = {}, timeout = 120_000, execArgv = [] } = {}) {
  const child = spawn(process.execPath, [...execArgv, script, ...args.map(String)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(timeout),
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`${script} ${args.join(' ')} failed (exit ${code}): ${err.trim().slice(-400)}`);
  return JSON.parse(out.trim().split('\n').at(-1));
}

/**
 * Measures contenders in turns.
 *
 * @param contenders  name → function that gives one figure (a promise of a number, lower is better)
 * @param options     `rounds`: samples for each contender
 * @returns name → { median, min, max, samples } or { error }
 */
export async function compare(contenders, { rounds = 5 } = {}) {
  const samples = new Map(Object.keys(contenders).map((name) => [name, []]));
  const errors = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(contenders)) {
      if (errors.has(name)) continue;
      try {
        samples.get(name).push(await measure());
      } catch (error) {
        errors.set(name, error.message);
      }
    }
  }
  return Object.fromEntries(
    [...samples].map(([name, list]) => [
      name,
      errors.has(name)
        ? { error: errors.get(name) }
        : { median: median(list), min: Math.min(...list), max: Math.max(...list), samples: list },
    ]),
  );
}

/** A Markdown table of results as ratios to one contender. */
export function ratioTable(title, unit, results, base) {
  const floor = results[base].median;
  const rows = Object.entries(results).map(([name, result]) =>
    result.error
      ? `| ${name} | – | – | ${result.error.replaceAll('|', '/').replaceAll('\n', ' ')} |`
      : `| ${name} | ${format(result.median)} | ${(result.median / floor).toFixed(2)} | ${format(result.min)}–${format(result.max)} |`,
  );
  return [
    `### ${title}`,
    '',
    `| contender | median, ${unit} | ratio | range |`,
    '|---|---:|---:|---|',
    ...rows,
    '',
  ].join('\n');
}

function format(number) {
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
