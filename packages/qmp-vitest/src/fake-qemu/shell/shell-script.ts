import { quoteWord } from '../../qemu/quote.ts';

/** Files of a slot, with its number behind them. */
export const SLOT = {
  /** Pipe from the shell to the test. */
  out: 'o',
  /** Pipe from the test to the shell. */
  in: 'i',
  /** Made by the shell that has the slot. */
  lock: 'l',
  /** Folder that is made by whoever decides what becomes of a start: the test takes it, or Node does. */
  taken: 't',
} as const;

/** Folder with a launcher in Node for each name. */
export const NODE_LAUNCHERS = 'node';

/** Time in s that a test may take to answer. One that is blocked leaves the start to Node. */
const PATIENCE = 0.5;

/**
 * Words of a command line that need a launcher in Node: the background, inherited descriptors, the standard
 * streams, and what is printed even if the test is blocked.
 */
const NODE_WORDS = [
  '*-daemonize*',
  '*fd=*',
  '*-fd*',
  '*/fd/*',
  `*'"fd'*`,
  '*stdio*',
  '*/dev/std*',
  '*-nographic*',
  '*-version*',
  '*help*',
  "*' -h '*",
  `*'?'*`,
].join('|');

/**
 * The script that stands for each emulator. It is no more than a process: the test opens what the command
 * line asks for, and tells it what to print and how to end. Its own end, and that of the test, are seen by
 * the ends of pipes. It goes on as the launcher in Node if the test tells it to, doesn't answer or is gone.
 *
 * Orders are lines: `n` (Node goes on), `u` (everything is open), `f` with a file to remove if the test dies,
 * `1` and `2` with text for a stream, `x` with an exit status, `k` with a signal.
 *
 * @param directory - The directory that it lies in.
 */
export function shellScript(directory: string): string {
  const { out, in: orders, lock, taken } = SLOT;
  return `#!/bin/sh
d=${quoteWord(directory)}
node=$d/${NODE_LAUNCHERS}/\${0##*/}
[ -e "$node" ] || node=$d/${NODE_LAUNCHERS}/qemu-system-x86_64
case " $* " in ${NODE_WORDS}) exec "$node" "$@" ;; esac
n=0
set -C
while :; do
  n=$((n + 1))
  [ -p "$d/${out}$n" ] || exec "$node" "$@"
  { true >"$d/${lock}$n"; } 2>/dev/null && break
done
set +C
exec 5<>"$d/${out}$n" && exec 3>"$d/${out}$n" && exec 5>&-
exec 5<>"$d/${orders}$n" && exec 4<"$d/${orders}$n"
got=
signal=
up=
trap '' PIPE USR1 ALRM
trap 'signal=1; late "$@"' USR2
for name in TERM INT HUP; do trap "signal=1 got=$name; echo $name >&3 2>/dev/null" "$name"; done
{ echo "$$" >&3; } 2>/dev/null
(
  trap 'kill "$!"; exit' TERM
  sleep ${PATIENCE} &
  wait "$!"
  kill -USR2 $$
) </dev/null >/dev/null 2>&1 3>&- 4<&- &
watcher=$!
exec 5>&-
calm() {
  [ -n "$watcher" ] || return 0
  kill "$watcher"
  wait "$watcher"
  watcher=
}
free() { trap - TERM INT HUP PIPE USR1 ALRM USR2; }
become_node() {
  calm 2>/dev/null
  free
  [ -z "$got" ] || kill -"$got" $$
  exec 3>&- 4<&-
  exec "$node" "$@"
}
late() { if mkdir "$d/${taken}$n" 2>/dev/null; then become_node "$@"; fi; }
while :; do
  IFS= read -r order <&4
  if [ $? -ne 0 ]; then
    if [ -n "$signal" ]; then signal=; continue; fi
    if [ -n "$up" ]; then rm -f -- "$@"; kill -KILL $$; fi
    order=n
  fi
  case $order in
  n) become_node "$@" ;;
  u)
    calm 2>/dev/null
    set --
    up=1 ;;
  f*) set -- "$@" "\${order#f}" ;;
  1*) printf %b "\${order#1}" 2>/dev/null ;;
  2*) printf %b "\${order#2}" >&2 2>/dev/null ;;
  x*)
    calm 2>/dev/null
    exit "\${order#x}" ;;
  k*)
    calm 2>/dev/null
    free
    kill -"\${order#k}" $$ ;;
  esac
done
`;
}
