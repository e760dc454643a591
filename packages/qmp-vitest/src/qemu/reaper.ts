import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ForkingRunner } from './runner.ts';

/**
 * What the reaper does, for `/bin/sh`. It reads what to take care of, one a line, until the other end of the
 * pipe is closed: that is when the process which had it is gone, however it went. What is left by then, it
 * ends and removes.
 *
 * A worker whose runner is gone is ended, too, for a test that spins never hears of it. The end of the
 * lifeline, where there is one, says when to look; the pid of the worker's parent says whether it is true,
 * and for that there is no event: it is read once a second from then on. A worker that can end by itself has
 * one of these seconds to do so.
 *
 * Nothing of a user's is ever part of this text: pids and paths come as data on standard input, and are used
 * quoted. A path with line breaks comes in several lines, and counts when its last one has come. The second
 * try to remove is for a process that was just writing a file when the directory was emptied.
 */
const SCRIPT = `
watch() {
  nap= orphan=
  trap '[ -z "$nap" ] || kill "$nap"; exit' TERM
  while read -r line; do :; done <&3
  while :; do
    parent=
    if [ -r "/proc/$1/status" ]; then
      while read -r name value; do [ "$name" != PPid: ] || parent=$value; done <"/proc/$1/status"
    else
      for value in $(ps -o ppid= -p "$1"); do parent=$value; done
    fi
    if [ -z "$parent" ]; then exit
    elif [ "$parent" = "$2" ]; then orphan=
    elif [ -z "$orphan" ]; then orphan=1
    else kill -KILL "$1"; exit
    fi
    sleep 1 3<&- & nap=$!
    wait "$nap"
  done
}
watcher=
if [ $# -eq 2 ]; then watch "$1" "$2" <&- & watcher=$!; fi
exec 3<&-
trap '' HUP INT QUIT TERM
set --
pids= part=
newline='
'
while IFS= read -r line; do
  case $line in
    p*) pids="$pids \${line#p}" ;;
    q*) kept=; for pid in $pids; do [ "$pid" = "\${line#q}" ] || kept="$kept $pid"; done; pids=$kept ;;
    +*) part=$part\${line#+}$newline ;;
    d*) set -- "$@" "$part\${line#d}"; part= ;;
    f*) line=$part\${line#f}; part=; for path do shift; [ "$path" = "$line" ] || set -- "$@" "$path"; done ;;
    r) pids=; set -- ;;
  esac
done
[ -z "$watcher" ] || kill "$watcher"
[ -z "$pids" ] || kill -KILL $pids
[ $# -eq 0 ] || rm -rf -- "$@" || { sleep 1; rm -rf -- "$@"; }
`;

/**
 * A tiny process of its own that cleans up after this one when nothing in this one can: after SIGKILL, a
 * crash, or the end of a worker thread. It holds the read end of a pipe and notices its end.
 *
 * A shell and not Node, because there is one for each test worker: it costs 1.7 MB and 5 ms where a second
 * Node costs 42 MB and 100 ms (measured on two cores). It leads a session of its own, so that Ctrl-C at a
 * terminal does not reach it, and keeps neither the event loop alive nor a directory busy.
 */
export class Reaper {
  readonly #everything: () => Iterable<string>;
  readonly #runner: ForkingRunner | undefined;
  #child: ChildProcess | undefined;

  /**
   * @param everything all that there is to take care of, as {@link processEntry} and {@link directoryEntry}
   *   write it
   * @param runner what this process is to end with, where there is such a thing
   */
  constructor(everything: () => Iterable<string>, runner?: ForkingRunner) {
    this.#everything = everything;
    this.#runner = runner;
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

  /** The directory is somebody else's. */
  forgetDirectory(path: string): void {
    if (this.#alive()) this.#tell(pathEntry('f', path));
  }

  /**
   * There is nothing to take care of. Directories are not taken off before: to remove one that is gone does
   * no harm.
   */
  reset(): void {
    if (this.#alive()) this.#tell('r');
  }

  /**
   * @internal Closes the pipe, as the end of this process would. Resolves when the reaper has done its work.
   */
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
    const runner = this.#runner;
    const watched = runner === undefined ? [] : [String(process.pid), String(runner.pid)];
    this.#child = spawn('/bin/sh', ['-c', SCRIPT, 'qmp-reaper', ...watched], {
      stdio: ['pipe', 'ignore', 'ignore', runner?.lifeline ?? 'ignore'],
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

  /** By the time this returns the kernel has it: the pipe is empty, as the reaper does nothing but read. */
  #tell(entry: string): void {
    this.#child?.stdin?.write(`${entry}\n`);
  }
}

/** Says: end this process when nobody else can. */
export function processEntry(pid: number): string {
  return `p${pid}`;
}

/** Says: remove this directory when nobody else can. */
export function directoryEntry(path: string): string {
  return pathEntry('d', path);
}

/** A path may have line breaks: all lines but the last are marked as the beginning of something. */
function pathEntry(kind: 'd' | 'f', path: string): string {
  const lines = path.split('\n');
  const last = lines.pop() ?? '';
  return [...lines.map((line) => `+${line}`), `${kind}${last}`].join('\n');
}
