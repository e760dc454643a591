import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ForkingRunner } from './runner.ts';

/**
 * The reaper's script for `/bin/sh`. It reads what to take care of, one entry per line, until the other end
 * of the pipe is closed. That happens when the process that had it is gone, for whatever reason. Then it ends
 * and removes what is left.
 *
 * It also ends a worker whose runner is gone, because a test that spins can't notice that. The end of the
 * lifeline, if there is one, says when to look. The pid of the worker's parent says whether the runner is
 * really gone. There is no event for that, so the script reads it once a second from then on. A worker that
 * can end by itself has one of these seconds to do so.
 *
 * User data is never part of this text: pids and paths come as data on standard input, and are used quoted. A
 * path with line breaks comes in several lines, and counts when its last one has come. The second attempt to
 * remove is for a process that was just writing a file when the directory was emptied.
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
 * A tiny process that cleans up after this one when this one can't: after SIGKILL, a crash, or the end of a
 * worker thread. It holds the read end of a pipe and notices when the pipe is closed.
 *
 * It's a shell and not Node, because each test worker has one: it costs 1.7 MB and 5 ms, while a second Node
 * costs 42 MB and 100 ms (measured on two cores). It leads a session of its own, so that Ctrl-C at a terminal
 * doesn't reach it. It keeps neither the event loop alive nor a directory busy.
 */
export class Reaper {
  readonly #everything: () => Iterable<string>;
  readonly #runner: ForkingRunner | undefined;
  #child: ChildProcess | undefined;

  /**
   * @param everything - Everything to take care of, as {@link processEntry} and {@link directoryEntry} write
   *   it.
   * @param runner - The test runner that this process has to end with, if there is one.
   */
  constructor(everything: () => Iterable<string>, runner?: ForkingRunner) {
    this.#everything = everything;
    this.#runner = runner;
  }

  /** Takes care of one more entry. It has to be among `everything` by now. */
  add(entry: string): void {
    if (this.#alive()) this.#tell(entry);
    else this.#start();
  }

  /** Forgets a process that has ended, because its number may be given to another. */
  forgetProcess(pid: number): void {
    if (this.#alive()) this.#tell(`q${pid}`);
  }

  /** Forgets a directory that belongs to somebody else. */
  forgetDirectory(path: string): void {
    if (this.#alive()) this.#tell(pathEntry('f', path));
  }

  /**
   * Forgets everything. Directories aren't forgotten one by one before: removing one that is gone is
   * harmless.
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
    // If there is no shell, or it is gone, the other guards have to do.
    this.#child.on('error', () => {});
    this.#child.stdin?.on('error', () => {});
    this.#child.unref();
    // Bun's stream of a child's stdin doesn't have `unref`.
    (this.#child.stdin as Partial<Pick<Socket, 'unref'>> | null)?.unref?.();
    for (const entry of this.#everything()) this.#tell(entry);
  }

  /**
   * Writes an entry. The kernel has it when this returns: the pipe is empty, because the reaper only reads.
   */
  #tell(entry: string): void {
    this.#child?.stdin?.write(`${entry}\n`);
  }
}

/** Entry that tells the reaper to end a process. */
export function processEntry(pid: number): string {
  return `p${pid}`;
}

/** Entry that tells the reaper to remove a directory. */
export function directoryEntry(path: string): string {
  return pathEntry('d', path);
}

/** Entry for a path. A path may have line breaks: all lines but the last are marked as incomplete. */
function pathEntry(kind: 'd' | 'f', path: string): string {
  const lines = path.split('\n');
  const last = lines.pop() ?? '';
  return [...lines.map((line) => `+${line}`), `${kind}${last}`].join('\n');
}
