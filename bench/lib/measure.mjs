// Fair comparison of contenders: every sample is a process of its own, contenders take turns, medians are compared.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';

/** Median of some numbers. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs a worker script in Node and gives the JSON value that it prints last. */
export function sample(script, args, { execArgv = [], ...options } = {}) {
  return sampleOf(process.execPath, [...execArgv, script, ...args.map(String)], options);
}

/** Runs a program and gives the JSON value that it prints last. Fails with the program's stderr. */
export async function sampleOf(program, args, { env = {}, timeout = 60_000 } = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(timeout),
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const [code] = await once(child, 'close');
  if (code !== 0) {
    const name = basename(args.find((arg) => /\.(mjs|py)$/.test(arg)) ?? program);
    throw new Error(`${name} failed (exit ${code}): ${err.trim().split('\n').at(-1)}`);
  }
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
