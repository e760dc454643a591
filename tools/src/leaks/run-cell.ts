import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeExit } from '../internals/qemu-driver.ts';
import { Scratch } from '../lib/scratch.ts';
import { MARK, processesOf, remainsIn, type RunProcess } from './census.ts';
import type { Consumer } from '../lib/consumer.ts';
import type { Ending, Stage } from './endings.ts';

/** Whose fixtures the tests use. */
export type Launcher = 'ours' | 'plain' | 'none';

/** One run of Vitest. */
export interface Cell {
  readonly consumer: Consumer;
  readonly ending: Ending;
  readonly pool: string;
  readonly launcher: Launcher;
}

/** Leftovers of a run. */
export interface CellResult extends Left {
  readonly vitest: string;
  readonly pool: string;
  readonly ending: string;
  /** Whether it ended as it was to. */
  readonly ran: boolean;
  readonly clean: boolean;
  /** How many times machines were started. */
  readonly machines: number;
  /** The exit code or the signal. */
  readonly how: string;
  readonly summary: string;
}

interface Left {
  readonly qemu: number;
  readonly reapers: number;
  readonly runners: number;
  readonly sockets: number;
  readonly directories: number;
  /** Descriptors that the test files left open; `undefined` if none came to its end. */
  readonly descriptors: number | undefined;
}

/** How long what is left may take to go, in ms, once Vitest has ended; what `none` leaves never goes. */
const graceFor = (launcher: Launcher): number => (launcher === 'none' ? 500 : 10_000);

/** How long a run may take, in ms. */
const PATIENCE = 180_000;

/**
 * Runs Vitest once, ends it in one way, and counts what is left. `output` is what it printed and what was
 * seen.
 */
export async function runCell(cell: Cell): Promise<{ result: CellResult; output: string }> {
  const { consumer, ending, pool, launcher } = cell;
  const mark = randomUUID();
  // Short, for the sockets below it, and its own, so that all below it is this run's.
  using workshop = new Scratch('lk-');
  const [temporary, reports] = [workshop.file('t'), workshop.file('reports')];
  mkdirSync(temporary);
  mkdirSync(reports);
  const killAll = (): void => {
    for (const { pid } of processesOf(mark)) process.kill(pid, 'SIGKILL');
  };
  const forget = beforeExit(killAll);
  try {
    const run = await runVitest(cell, mark, temporary, reports);
    const census = await countWhatIsLeft(mark, temporary, graceFor(launcher));
    const machines = reportsOf('started', reports).length;
    const left: Left = { ...census.left, descriptors: descriptorsIn(reports) };
    const how = run.code === null ? String(run.signal) : `exit ${run.code}`;
    const told = {
      vitest: consumer.version,
      pool,
      ending: ending.name,
      ran: machines > 0 && (ending.codes?.includes(run.code ?? -1) ?? true) && !run.late,
      clean: census.total + Math.max(0, left.descriptors ?? 0) === 0,
      ...left,
      machines,
      how,
    };
    return {
      result: { ...told, summary: summaryOf(told, census.took) },
      output: run.output + JSON.stringify(census.seen),
    };
  } finally {
    killAll();
    forget();
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  /** Whether it took too long. */
  readonly late: boolean;
}

async function runVitest(
  { consumer, ending, pool, launcher }: Cell,
  mark: string,
  temporary: string,
  reports: string,
): Promise<Ended> {
  const file = join('endings', `${ending.file ?? ending.name}.leak.ts`);
  const timeout = `--testTimeout=${ending.timeout ?? 60_000}`;
  const args = [consumer.vitest, 'run', file, `--pool=${pool}`, timeout, ...(ending.args ?? [])];
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|QMP_(?!QEMU_BINARY)|NODE_OPTIONS$|CI$)/.test(name),
  );
  const child = spawn(consumer.node, args, {
    cwd: consumer.path,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      NODE_ENV: 'test',
      NO_COLOR: '1',
      QMP_LOGS: 'off',
      TMPDIR: temporary,
      LEAK_REPORTS: reports,
      LEAK_LAUNCHER: launcher,
      [MARK]: mark,
      ...ending.env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const patience = AbortSignal.timeout(PATIENCE);
  patience.addEventListener('abort', () => child.kill('SIGKILL'));
  if (ending.signal !== undefined) {
    const [signal, whom] = ending.signal;
    const worker = await workerAt(ending.stage ?? 'started', reports, child, patience);
    if (worker !== undefined) process.kill(whom === 'main' ? child.pid! : worker, signal);
  }
  const [code, signal] = await exited;
  return { code, signal, output, late: patience.aborted };
}

/** The worker that has come so far; `undefined` if the run ends before any has. */
async function workerAt(
  stage: Stage,
  reports: string,
  child: ChildProcess,
  patience: AbortSignal,
): Promise<number | undefined> {
  while (!patience.aborted && child.exitCode === null && child.signalCode === null) {
    const [first] = reportsOf(stage, reports);
    if (first !== undefined) return first.worker;
    await delay(20);
  }
  return undefined;
}

interface Count {
  readonly left: Omit<Left, 'descriptors'>;
  readonly total: number;
  readonly took: number;
  readonly seen: { readonly processes: readonly RunProcess[]; readonly paths: readonly string[] };
}

/** Counts until nothing is left, or the time is up. */
async function countWhatIsLeft(mark: string, temporary: string, grace: number): Promise<Count> {
  for (const began = performance.now(); ; await delay(20)) {
    const processes = processesOf(mark);
    const { sockets, directories, paths } = remainsIn(temporary);
    const of = (kind: RunProcess['kind']): number => processes.filter((one) => one.kind === kind).length;
    const left = {
      qemu: of('qemu'),
      reapers: of('reaper'),
      runners: of('runner'),
      sockets,
      directories,
    };
    const total = Object.values(left).reduce((sum, count) => sum + count, 0);
    const took = performance.now() - began;
    if (total === 0 || took > grace) return { left, total, took, seen: { processes, paths } };
  }
}

/** The tests' reports. */
function reportsOf(stage: Stage, reports: string): { readonly worker: number }[] {
  const folder = join(reports, stage);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as { worker: number }];
    } catch {
      // It is just being written.
      return [];
    }
  });
}

function descriptorsIn(reports: string): number | undefined {
  const folder = join(reports, 'descriptors');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder).reduce((sum, name) => sum + Number(readFileSync(join(folder, name), 'utf8')), 0);
}

function summaryOf(result: Omit<CellResult, 'summary'>, took: number): string {
  const { qemu, reapers, runners, sockets, directories, descriptors, how, machines } = result;
  if (!result.ran) return `did not run as it should (${how}, ${machines} times machines)`;
  const counts = { qemu, reapers, runners, sockets, directories, descriptors };
  const left = Object.entries(counts).flatMap(([name, count]) => (count ? [`${count} ${name}`] : []));
  return left.length === 0
    ? `clean ${Math.round(took)} ms after the end (${how})`
    : `left ${left.join(', ')} (${how})`;
}
