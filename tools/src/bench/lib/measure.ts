/**
 * A fair comparison of contenders: every sample is a process of its own, contenders take turns, medians are
 * compared.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../../lib/median.ts';

/** Measurements of a contender, or the reason why there are none. */
export type Result = Samples | { readonly error: string };

export interface Samples {
  readonly median: number;
  readonly samples: readonly number[];
}

/** Results by contender. */
export type Results = Readonly<Record<string, Result>>;

/** How to take a sample of a contender: a figure of which less is better. */
export type Contenders = Readonly<Record<string, () => Promise<number>>>;

/** The median of a contender; `undefined` if there is none. */
export function medianOf(result: Result | undefined): number | undefined {
  return result === undefined || 'error' in result ? undefined : result.median;
}

/** The samples of a contender; none if it failed. */
export function samplesOf(result: Result | undefined): readonly number[] {
  return result === undefined || 'error' in result ? [] : result.samples;
}

/** Options for running a worker. */
export interface SampleOptions {
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a worker module in Node, and gives the JSON value that it prints last. */
export function sample<T = number>(
  worker: URL,
  args: readonly (string | number)[],
  { execArgv = [], env = {} }: SampleOptions = {},
): Promise<T> {
  return sampleOf(process.execPath, [...execArgv, fileURLToPath(worker), ...args.map(String)], env);
}

/** Runs a program, and gives the JSON value that it prints last. Fails with the program's stderr. */
export async function sampleOf<T = number>(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(60_000),
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    const name = basename(args.find((arg) => /\.(js|py)$/.test(arg)) ?? program);
    throw new Error(`${name} failed (exit ${code}): ${err.trim().split('\n').at(-1)}`);
  }
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as T;
}

/** Measures contenders in turns, so many times each. */
export async function compare(contenders: Contenders, rounds: number): Promise<Results> {
  const found = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  const errors = new Map<string, string>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(contenders)) {
      if (errors.has(name)) continue;
      try {
        found.get(name)?.push(await measure());
      } catch (error) {
        errors.set(name, (error as Error).message);
      }
    }
  }
  return Object.fromEntries(
    [...found].map(([name, samples]): [string, Result] => {
      const error = errors.get(name);
      return [name, error === undefined ? { median: median(samples), samples } : { error }];
    }),
  );
}
