import { assertCanDaemonize } from '../../process/command-line/read-arguments.ts';
import type { CommandLine } from '../../process/command-line/start-plan.ts';

/** Tells the child that it is one. */
const MARK = 'FAKE_QEMU_DAEMON_CHILD';

/** `-daemonize`: a child goes on in the background, and the parent ends when the child is ready. */
export class Daemon {
  /**
   * What this process has to do: nothing (`undefined`), be the child, or, as the parent, nothing any more: it ends with the child's
   * status by itself.
   */
  static of(commandLine: CommandLine): Daemon | 'parent' | undefined {
    if (!commandLine.daemonize) return undefined;
    if (process.env[MARK] !== undefined) {
      delete process.env[MARK];
      // As QEMU has it (`os_daemonize` of its `os-posix.c`): what it makes from now on is not for everybody.
      process.umask(0o027);
      return new Daemon();
    }
    assertCanDaemonize(commandLine);
    const descriptors = commandLine.chardevs.map(({ value }) => value.fd ?? 0);
    runParent(Math.max(0, ...descriptors));
    return 'parent';
  }

  /** Everything is open: the parent may end. */
  ready(): void {
    process.chdir('/');
    // The parent, which reads what we print, is about to go.
    process.stderr.on('error', () => {});
    process.send?.('ready', () => process.disconnect());
  }
}

function runParent(lastDescriptor: number): void {
  const inherited = Array.from({ length: Math.max(0, lastDescriptor - 2) }, (_, index) => index + 3);
  // Loaded only here: to load it takes about a tenth of the time in which the command starts.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    // Descriptors that a chardev is to use are passed on under the same numbers.
    stdio: ['ignore', 'ignore', 'pipe', ...inherited, 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  // Its messages go where ours do until it is ready.
  child.stderr?.pipe(process.stderr);
  child.once('message', () => {
    child.disconnect();
    child.unref();
    process.exitCode = 0;
    process.exit();
  });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
    process.exit();
  });
}
