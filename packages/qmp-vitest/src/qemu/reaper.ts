import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/**
 * What the reaper does, for `/bin/sh`. It reads what to take care of, one a line, until the other end of the pipe is
 * closed: that is when the process which had it is gone, however it went. What is left by then, it ends and removes.
 *
 * Nothing of a user's is ever part of this text: pids and paths come as data on standard input, and are used quoted.
 * The second try is for a process that was just writing a file when the directory was emptied.
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM
pids=
while IFS= read -r line; do
  case $line in
    p*) pids="$pids \${line#p}" ;;
    q*) kept=; for pid in $pids; do [ "$pid" = "\${line#q}" ] || kept="$kept $pid"; done; pids=$kept ;;
    d*) set -- "$@" "\${line#d}" ;;
    r) pids=; set -- ;;
  esac
done
[ -z "$pids" ] || kill -KILL $pids
[ $# -eq 0 ] || rm -rf -- "$@" || { sleep 1; rm -rf -- "$@"; }
`;

/**
 * A tiny process of its own that cleans up after this one when nothing in this one can: after SIGKILL, a crash, or
 * the end of a worker thread. It holds the read end of a pipe and notices its end.
 *
 * A shell and not Node, because there is one for each test worker: it costs 1.7 MB and 5 ms where a second Node costs
 * 42 MB and 100 ms (measured on two cores). It leads a session of its own, so that Ctrl-C at a terminal does not
 * reach it, and keeps neither the event loop alive nor a directory busy.
 */
export class Reaper {
  readonly #everything: () => Iterable<string>;
  #child: ChildProcess | undefined;

  /** @param everything all that there is to take care of, as {@link processEntry} and {@link directoryEntry} write it */
  constructor(everything: () => Iterable<string>) {
    this.#everything = everything;
  }

  /** Takes care of one thing more, which is among `everything` by now. */
  add(entry: string): void {
    if (this.#alive()) this.#tell(entry);
    else this.#start();
  }

  /** The process has ended, and its number may be given to another. */
  forgetProcess(pid: number): void {
    if (this.#alive()) this.#tell(`q${pid}`);
  }

  /**
   * There is nothing to take care of. Directories are not taken off before: to remove one that is gone does no harm.
   */
  reset(): void {
    if (this.#alive()) this.#tell('r');
  }

  /** @internal Closes the pipe, as the end of this process would. Resolves when the reaper has done its work. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.#alive()) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    child.ref();
    await ended;
  }

  #alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #start(): void {
    this.#child = spawn('/bin/sh', ['-c', SCRIPT, 'qmp-reaper'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    });
    // Where there is no shell, or it is gone, the other guards have to do.
    this.#child.on('error', () => {});
    this.#child.stdin?.on('error', () => {});
    this.#child.unref();
    (this.#child.stdin as Socket | null)?.unref();
    for (const entry of this.#everything()) this.#tell(entry);
  }

  #tell(line: string): void {
    // A path with a line break would be read as two entries.
    if (!line.includes('\n')) this.#child?.stdin?.write(`${line}\n`);
  }
}

/** Says: end this process when nobody else can. */
export function processEntry(pid: number): string {
  return `p${pid}`;
}

/** Says: remove this directory when nobody else can. */
export function directoryEntry(path: string): string {
  return `d${path}`;
}
