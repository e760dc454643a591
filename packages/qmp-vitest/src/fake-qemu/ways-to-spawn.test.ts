import {
  exec,
  execFile,
  execFileSync,
  execSync,
  fork,
  spawn,
  spawnSync,
  type ChildProcess,
  type SpawnOptions,
} from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { QmpClient } from 'qmp-core';
import { describe, vi } from 'vitest';
import { expect, test } from '../index.ts';

// Each test starts some programs; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const PROGRAM = 'qemu-system-x86_64';

/** Everything that a way of starting QEMU has to work with. */
interface Place {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** Starts QEMU; gives its end as the code under test sees it, where it waits for one. */
type Way = (place: Place) => Promise<unknown> | undefined;

/** The exit code of a child, or of what stands between it and QEMU. */
const exitOf = async (child: ChildProcess): Promise<unknown> => (await once(child, 'exit'))[0] as unknown;

const spawned =
  (options: SpawnOptions): Way =>
  ({ args, env, cwd }) =>
    exitOf(spawn(PROGRAM, args, { env, cwd, ...options }));

/** A program in front of QEMU's command line. */
const behind =
  (...words: readonly string[]): Way =>
  ({ args, env, cwd }) => {
    const [wrapper = '', ...rest] = words;
    return exitOf(spawn(wrapper, [...rest, PROGRAM, ...args], { env, cwd, stdio: 'ignore' }));
  };

/** A shell script that somebody has put in front of QEMU. */
const scripted =
  (...lines: readonly string[]): Way =>
  ({ args, env, cwd }) => {
    const path = join(cwd, 'start-vm');
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o700 });
    return exitOf(spawn(path, args, { env, cwd, stdio: 'ignore' }));
  };

/** QEMU stays in the foreground: its end is seen. */
const inForeground: Readonly<Record<string, Way>> = {
  spawn: spawned({}),
  "spawn with stdio: 'ignore'": spawned({ stdio: 'ignore' }),
  'spawn with detached': spawned({ detached: true }),
  "spawn with detached and stdio: 'ignore', and unref": ({ args, env, cwd }) => {
    const child = spawn(PROGRAM, args, { env, cwd, detached: true, stdio: 'ignore' });
    child.unref();
    return exitOf(child);
  },
  'spawn with a pipe for each stream, of which nobody reads': spawned({ stdio: 'pipe' }),
  'spawn with an own argv0': spawned({ argv0: 'vm-web' }),
  'spawn with shell': ({ args, env, cwd }) =>
    exitOf(spawn([PROGRAM, ...args].join(' '), { env, cwd, shell: true, stdio: 'ignore' })),
  execFile: ({ args, env, cwd }) => exitOf(execFile(PROGRAM, args, { env, cwd })),
  exec: ({ args, env, cwd }) => exitOf(exec([PROGRAM, ...args].join(' '), { env, cwd })),
  'a manager of its own process, by fork': ({ args, env, cwd }) => {
    const path = join(cwd, 'manager.mjs');
    const text =
      "import { spawnSync } from 'node:child_process';\n" +
      `process.exit(spawnSync('${PROGRAM}', process.argv.slice(2), { stdio: 'ignore' }).status);\n`;
    writeFileSync(path, text);
    return exitOf(fork(path, args, { env, cwd, execArgv: [] }));
  },
  execa: async ({ args, env, cwd }) => (await execa(PROGRAM, args, { env, cwd })).exitCode,
  'execa with extendEnv: false': async ({ args, env, cwd }) =>
    (await execa(PROGRAM, args, { env, cwd, extendEnv: false })).exitCode,
  "execa with detached and stdio: 'ignore'": async ({ args, env, cwd }) =>
    (await execa(PROGRAM, args, { env, cwd, detached: true, stdio: 'ignore' })).exitCode,
  'execa, as a template': async ({ args, env, cwd }) =>
    (await execa({ env, cwd })`${PROGRAM} ${args}`).exitCode,
  'a shell script that goes on as QEMU': scripted(`exec ${PROGRAM} "$@"`),
  'a shell script that waits for QEMU': scripted(`${PROGRAM} "$@"`, 'exit $?'),
  'a shell script with QEMU in the background': scripted(`${PROGRAM} "$@" &`, 'wait $!'),
  nice: behind('nice', '-n', '1'),
  env: behind('env', 'LIBVIRT=1'),
  nohup: behind('nohup'),
  ...(process.platform === 'linux' && {
    timeout: behind('timeout', '50'),
    setsid: behind('setsid', '--wait'),
  }),
  'xargs, of which QEMU is a child': ({ args, env, cwd }) => {
    const child = spawn('xargs', ['-0', PROGRAM], { env, cwd, stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(args.join('\0'));
    return exitOf(child);
  },
};

/** QEMU goes into the background, and the call is over before the test can serve anybody. */
const inBackground: Readonly<Record<string, Way>> = {
  spawnSync: ({ args, env, cwd }) => {
    const { status } = spawnSync(PROGRAM, args, { env, cwd });
    expect(status).toBe(0);
    return undefined;
  },
  "spawnSync with stdio: 'ignore'": ({ args, env, cwd }) => {
    const { status } = spawnSync(PROGRAM, args, { env, cwd, stdio: 'ignore' });
    expect(status).toBe(0);
    return undefined;
  },
  execFileSync: ({ args, env, cwd }) => void execFileSync(PROGRAM, args, { env, cwd }),
  execSync: ({ args, env, cwd }) => void execSync([PROGRAM, ...args].join(' '), { env, cwd }),
  execaSync: ({ args, env, cwd }) => {
    expect(execaSync(PROGRAM, args, { env, cwd }).exitCode).toBe(0);
    return undefined;
  },
  'a shell script': ({ args, env, cwd }) => {
    writeFileSync(join(cwd, 'up'), `#!/bin/sh\n${PROGRAM} "$@" && echo up\n`, { mode: 0o700 });
    expect(execFileSync(join(cwd, 'up'), args, { env, cwd, encoding: 'utf8' })).toBe('up\n');
    return undefined;
  },
};

describe.for([
  ['in the foreground', inForeground, []],
  ['in the background', inBackground, ['-daemonize']],
] as const)('%s', ([, ways, options]) => {
  test.for(Object.entries(ways))('%s', async ([, start], { fakeQemu }) => {
    const cwd = fakeQemu.directory;
    const socket = join(cwd, 'qmp');
    const args = ['-name', 'web', '-qmp', `unix:${socket},server=on,wait=off`, ...options];
    const ended = start({ args, env: fakeQemu.env, cwd });

    const vm = await fakeQemu.next({ name: 'web' });
    await vm.opened;
    expect(vm.argv).toEqual(args);
    await using client = await QmpClient.connect(socket);
    expect(await client.execute('query-name')).toEqual({ name: 'web' });
    await client.execute('quit');
    await vm.exited;

    expect(await ended).toBe(ended === undefined ? undefined : 0);
    expect(existsSync(socket)).toBe(false);
  });
});

test.runIf(process.platform === 'linux')(
  'a wrapper that is asked to end passes that on',
  async ({ fakeQemu }) => {
    const child = spawn('timeout', ['50', PROGRAM, '-name', 'web'], { env: fakeQemu.env, stdio: 'ignore' });
    const vm = await fakeQemu.next();
    await vm.opened;
    child.kill('SIGTERM');
    await vm.exited;
    expect(vm.exitDescription).toBe('exit code 0');
  },
);
