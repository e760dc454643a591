import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MARK, processesOf, remainsIn } from './census.mjs';

/** How long what is left may take to go, in ms, once Vitest has ended; what `none` leaves never goes. */
const graceFor = (launcher) => (launcher === 'none' ? 500 : 10_000);

/** How long a run may take, in ms. */
const PATIENCE = 180_000;

/** Runs Vitest once, ends it in one way, and counts what is left. */
export async function runCell({ consumer, ending, pool, launcher }) {
  const mark = randomUUID();
  // Short, for the sockets below it, and its own, so that all below it is this run's.
  const workshop = mkdtempSync(join(tmpdir(), 'lk-'));
  const [temporary, reports] = [join(workshop, 't'), join(workshop, 'reports')];
  mkdirSync(temporary);
  mkdirSync(reports);
  try {
    const run = await runVitest({ consumer, ending, pool, launcher, mark, temporary, reports });
    const census = await countWhatIsLeft(mark, temporary, graceFor(launcher));
    const started = reportsOf('started', reports);
    const descriptors = descriptorsIn(reports);
    const left = { ...census.left, descriptors };
    const clean = census.total + Math.max(0, descriptors ?? 0) === 0;
    const ran =
      started.length > 0 && (ending.codes === undefined || ending.codes.includes(run.code)) && !run.late;
    const result = {
      vitest: consumer.version,
      pool,
      ending: ending.name,
      ran,
      clean,
      ...left,
      machines: started.length,
    };
    const how = run.code === null ? run.signal : `exit ${run.code}`;
    return {
      ...result,
      how,
      summary: summary(result, how, census.took),
      output: run.output + JSON.stringify(census.seen),
    };
  } finally {
    for (const { pid } of processesOf(mark)) process.kill(pid, 'SIGKILL');
    rmSync(workshop, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runVitest({ consumer, ending, pool, launcher, mark, temporary, reports }) {
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
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exited = once(child, 'exit');
  const patience = AbortSignal.timeout(PATIENCE);
  let late = false;
  patience.addEventListener('abort', () => {
    late = true;
    child.kill('SIGKILL');
  });
  if (ending.signal !== undefined) {
    const [signal, target] = ending.signal;
    const worker = await workerAt(ending.stage ?? 'started', reports, child, patience);
    if (worker !== undefined) process.kill(target === 'main' ? child.pid : worker, signal);
  }
  const [code, signal] = await exited;
  return { code, signal, output, late };
}

/** The worker that has come so far; `undefined` where the run ends before any has. */
async function workerAt(stage, reports, child, patience) {
  while (!patience.aborted && child.exitCode === null && child.signalCode === null) {
    const [first] = reportsOf(stage, reports);
    if (first !== undefined) return first.worker;
    await delay(20);
  }
  return undefined;
}

/** Counts until nothing is left, or the time is up. */
async function countWhatIsLeft(mark, temporary, grace) {
  const began = performance.now();
  for (;;) {
    const processes = processesOf(mark);
    const remains = remainsIn(temporary);
    const of = (kind) => processes.filter((process) => process.kind === kind).length;
    const left = {
      qemu: of('qemu'),
      reapers: of('reaper'),
      runners: of('runner'),
      sockets: remains.sockets,
      directories: remains.directories,
    };
    const total = Object.values(left).reduce((sum, count) => sum + count, 0);
    const took = performance.now() - began;
    if (total === 0 || took > grace) return { left, total, took, seen: { processes, paths: remains.paths } };
    await delay(20);
  }
}

function reportsOf(stage, reports) {
  const folder = join(reports, stage);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(folder, name), 'utf8'))];
    } catch {
      // It is just being written.
      return [];
    }
  });
}

/** How many descriptors the test files have left open; `undefined` where none came to its end. */
function descriptorsIn(reports) {
  const folder = join(reports, 'descriptors');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder).reduce((sum, name) => sum + Number(readFileSync(join(folder, name), 'utf8')), 0);
}

function summary(result, how, took) {
  if (!result.ran) return `did not run as it should (${how}, ${result.machines} times machines)`;
  const { qemu, reapers, runners, sockets, directories, descriptors } = result;
  const counts = { qemu, reapers, runners, sockets, directories, descriptors };
  const left = Object.entries(counts).flatMap(([name, count]) => (count ? [`${count} ${name}`] : []));
  return left.length === 0
    ? `clean ${Math.round(took)} ms after the end (${how})`
    : `left ${left.join(', ')} (${how})`;
}
