import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as qmpTest } from 'qmp-vitest';
import { test as vitestTest, type TestAPI } from 'vitest';
import { spawnStandIn } from './stand-in.ts';

/** The machines of one test: they run, and there is a way to wait for something that never comes. */
export interface Machines {
  /** Process id of one of them. */
  readonly pid?: number | undefined;
  waitForever(): Promise<void>;
}

/** Fixtures of this project's tests. */
export interface LeakFixtures {
  /** Several machines that run. */
  machines: Machines;
  /** A machine whose start never ends. */
  stuck: Machines;
  /** Processes that the code under test spawned as QEMU, and that aren't QEMU. */
  standIns: StandIns;
}

/** Stand-ins for QEMU. */
export interface StandIns extends Machines {
  /** Waits for one more of them in a synchronous call, which never ends. */
  block(): void;
  /** Kills the one that is meant, and waits until it is gone. */
  killOne(): Promise<void>;
  /** Kills the one that is meant, and this process. */
  killBoth(): void;
}

/**
 * The stand-in that is meant: the one in the foreground, for which a shell stands, or the one in the
 * background, for which Node does.
 */
const VICTIM = process.env['LEAK_VICTIM'] === 'background' ? 'background' : 'foreground';

/** Whether a third program keeps the standard input of the stand-in in the foreground open. */
const STDIN_IS_KEPT = process.env['LEAK_STDIN'] === 'kept';

/** A program that keeps a pipe open for longer than a run takes. Nobody's environment is its own. */
function keepOpen(pipe: ChildProcess['stdin']): void {
  spawn('/bin/sleep', ['60'], {
    env: {},
    stdio: [pipe ?? 'ignore', 'ignore', 'ignore'],
    detached: true,
  }).unref();
}

/** Tells the matrix how far a test is, so that it can tell "nothing was left" from "nothing was started". */
export function report(stage: 'started' | 'spinning', pids: readonly (number | undefined)[]): void {
  writeFileSync(reportFile(stage), JSON.stringify({ worker: process.pid, pids }));
}

function reportFile(stage: 'started' | 'spinning'): string {
  const folder = join(process.env['LEAK_REPORTS'] ?? tmpdir(), stage);
  mkdirSync(folder, { recursive: true });
  return join(folder, randomUUID());
}

/** Starts a QEMU, reports when its socket is there, and waits for its end. */
const START_AND_WAIT = `qemu-system-x86_64 -machine none -display none -qmp unix:blocked,server=on,wait=off &
while [ ! -e blocked ]; do sleep 0.05; done
printf '{"worker": %d, "pids": [%d]}' "$1" $! > "$2"
wait`;

/** Waits for a stand-in for QEMU by a synchronous call of a shell. */
function startAndWait(env: NodeJS.ProcessEnv, cwd: string): void {
  const args = ['-c', START_AND_WAIT, 'sh', String(process.pid), reportFile('spinning')];
  spawnSync('sh', args, { env, cwd, stdio: 'ignore' });
}

function killBoth(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
}

const waitForever = async (): Promise<void> => {
  await new Promise(() => {});
};

/** QEMU waits for a client of this port that never comes, in the middle of its start. */
const STUCK = ['-chardev', 'socket,id=stuck,host=127.0.0.1,port=0,server=on,wait=on'];

/** Arguments for a stand-in, which may be a QEMU. */
const BARE = ['-machine', 'none', '-display', 'none'];

/** The fixtures of this package: each transport, and a mock that has a socket file too. */
const ours: TestAPI<LeakFixtures> = qmpTest.extend<LeakFixtures>({
  machines: async ({ launch }, use) => {
    const [first, ...others] = await Promise.all([
      launch({ backend: 'qemu', transport: 'connect' }),
      launch({ backend: 'qemu', transport: 'accept', qemuOptions: { console: true } }),
      launch({ backend: 'qemu', transport: 'fd' }),
    ]);
    const mock = await launch({ backend: 'mock', transport: 'connect' });
    await mock.qmp.execute('query-status');
    report(
      'started',
      [first, ...others].map(({ qemu }) => qemu.pid),
    );
    await use({
      pid: first.qemu.pid,
      waitForever: async () => void (await first.qmp.waitForEvent('VNC_CONNECTED')),
    });
  },
  stuck: async ({ launch }, use) => {
    report('started', []);
    const { qmp } = await launch({ backend: 'qemu', transport: 'connect', qemuOptions: { args: STUCK } });
    await use({ waitForever: async () => void (await qmp.waitForEvent('VNC_CONNECTED')) });
  },
  standIns: async ({ fakeQemu }, use) => {
    const start = (...args: string[]): ChildProcess =>
      spawn('qemu-system-x86_64', [...BARE, ...args], {
        env: fakeQemu.env,
        cwd: fakeQemu.directory,
        stdio: [STDIN_IS_KEPT ? 'pipe' : 'ignore', 'ignore', 'ignore'],
      });
    const { stdin } = start('-qmp', 'unix:listens,server=on,wait=off');
    if (STDIN_IS_KEPT) keepOpen(stdin);
    const foreground = await fakeQemu.next();
    start('-daemonize', '-pidfile', 'pid', '-qmp', 'unix:background,server=on,wait=off');
    const background = await fakeQemu.next();
    await Promise.all([foreground.opened, background.opened]);
    report('started', [foreground.pid, background.pid]);
    const victim = { foreground, background }[VICTIM];
    // The process id of one in the background is in its file: a real one was started by another process.
    const pid =
      VICTIM === 'foreground'
        ? foreground.pid
        : Number(readFileSync(join(fakeQemu.directory, 'pid'), 'utf8'));
    await use({
      waitForever: () => foreground.exited,
      block: () => startAndWait(fakeQemu.env, fakeQemu.directory),
      killOne: async () => {
        process.kill(pid, 'SIGKILL');
        await victim.exited;
      },
      killBoth: () => killBoth(pid),
    });
  },
});

/** A launcher as people first write it: a directory, a process, and both are released after the test. */
async function startPlain(
  args: readonly string[],
  keep: (child: ChildProcess, directory: string) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'qmp-'));
  const path = join(directory, 'qmp.sock');
  const server = createServer();
  server.listen(path);
  const child = spawn(process.env['QMP_QEMU_BINARY'] ?? 'qemu-system-x86_64', [
    '-machine',
    'none',
    '-nodefaults',
    '-display',
    'none',
    '-qmp',
    `unix:${path}`,
    ...args,
  ]);
  keep(child, directory);
  const [socket] = (await once(server, 'connection')) as [Socket];
  await once(socket, 'data');
  report('started', [child.pid]);
}

const plain: TestAPI<LeakFixtures> = vitestTest.extend<LeakFixtures>({
  machines: ({ task: _task }, use) => withPlain([], use),
  stuck: ({ task: _task }, use) => withPlain(STUCK, use),
  standIns: async ({ task: _task }, use) => {
    const { child, directory, env } = await spawnStandIn();
    report('started', [child.pid]);
    try {
      await use({
        waitForever,
        block: () => startAndWait(env, directory),
        killOne: async () => {
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
        killBoth: () => killBoth(child.pid),
      });
    } finally {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    }
  },
});

async function withPlain(args: readonly string[], use: (machines: Machines) => Promise<void>): Promise<void> {
  const started: { child?: ChildProcess; directory?: string } = {};
  await startPlain(args, (child, directory) => Object.assign(started, { child, directory }));
  if (args === STUCK) await waitForever();
  try {
    await use({ waitForever });
  } finally {
    started.child?.kill('SIGKILL');
    rmSync(started.directory ?? '', { recursive: true, force: true });
  }
}

/** Gives nothing back: shows that the matrix sees what is left in every one of its cells. */
const none: TestAPI<LeakFixtures> = vitestTest.extend<LeakFixtures>({
  machines: ({ task: _task }, use) => withNone([], use),
  stuck: ({ task: _task }, use) => withNone(STUCK, use),
  standIns: async ({ task: _task }, use) => {
    const { child, directory, env } = await spawnStandIn();
    report('started', [child.pid]);
    child.unref();
    openSync(join(directory, 'left open'), 'w');
    await use({
      waitForever,
      block: () => startAndWait(env, directory),
      killOne: async () => {},
      killBoth: () => killBoth(undefined),
    });
  },
});

async function withNone(args: readonly string[], use: (machines: Machines) => Promise<void>): Promise<void> {
  let folder = '';
  await startPlain(args, (child, directory) => {
    child.unref();
    folder = directory;
  });
  openSync(join(folder, 'left open'), 'w');
  await use({ waitForever });
}

const launchers = { ours, plain, none };

/** The `test` of the launcher that the matrix asks for. */
export const test: TestAPI<LeakFixtures> =
  launchers[(process.env['LEAK_LAUNCHER'] ?? 'ours') as keyof typeof launchers];
