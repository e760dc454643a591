import { QMP_TRACE_EVENTS } from './trace-log.ts';

/** Files of a start, in its folder. */
export const START_FILES = {
  /** The words of its command line, each with a NUL behind it. */
  argv: 'argv',
  /** Its environment, likewise. */
  env: 'env',
  cwd: 'cwd',
  /** A pipe that is open as long as QEMU lives, and until all that it said has been copied. */
  alive: 'alive',
  /** Everything that it has written to its standard error stream. */
  stderr: 'stderr',
  /** Input and output of its monitors. */
  trace: 'trace',
  /** Its process id, once its command line is accepted; unless it was told to write that elsewhere. */
  pid: 'pid',
  /** A pipe that is open as long as faults are put between QEMU and its clients. */
  relay: 'relay',
  /** Orders to the launcher: the command line with which QEMU meets its clients behind those faults. */
  words: 'words.sh',
  /** Sockets of a QEMU behind faults, with a number behind them. */
  qmp: 'qmp',
} as const;

/** Folder with a file for each emulator, in which the path of the real one is. */
export const REAL = 'real';
/** The one for other names. */
export const OTHERS = 'others';
/** Folder of the starts. */
export const STARTS = 'starts';
/** A pipe that the test holds open: it ends with the test. */
export const GUARD = 'guard';
/** The pipe over which starts are told: a line with the name of its folder each. */
export const NEWS = 'news';
/** The program that puts faults between QEMU and its clients. */
export const FAULT_RELAY = 'fault-relay';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The script that stands for each emulator and becomes the real one, so that process id, signals, descriptors
 * and exit status are QEMU's own. Before that it tells the test of the start, in files and without waiting
 * for it; and has QEMU log its monitors' conversations, and what it says on its standard error stream copied.
 * If the test's process goes first, QEMU is ended.
 *
 * With a fault, a process beside it has the sockets of QEMU's QMP monitors, and QEMU listens on others.
 *
 * @param directory - The directory that it lies in.
 * @param fault - The fault, unless the environment of the start says one (`QMP_FAULT_PROXY`).
 * @param report - File of the report about faults, likewise (`QMP_FAULT_REPORT`).
 */
export function realLauncherScript(directory: string, fault: string, report: string): string {
  const trace = QMP_TRACE_EVENTS.map((event) => `-trace enable=${event}`).join(' ');
  const file = START_FILES;
  return `#!/bin/sh
d=${quoted(directory)}
name=\${0##*/}
real=
if [ -r "$d/${REAL}/$name" ]; then read -r real <"$d/${REAL}/$name"
else read -r real <"$d/${REAL}/${OTHERS}"; fi
if [ -z "$real" ]; then
  echo "$name: there is no such QEMU here" >&2
  exit 127
fi
log=yes pid=yes
for word in "$@"; do
  case $word in
    -h|-help|--help|-version|--version|help|'?'|*,help|*,'?') exec "$real" "$@" ;;
    -D|--D|-trace|--trace|-T|--T) log=no ;;
    -pidfile|--pidfile) pid=no ;;
  esac
done
mask=$(umask)
umask 077
number=0
until mkdir "$d/${STARTS}/$$.$number" 2>/dev/null; do
  number=$((number + 1))
  if [ "$number" -gt 99 ]; then exec "$real" "$@"; fi
done
start=$$.$number
s=$d/${STARTS}/$start
printf '%s\\0' "$name" "$@" >"$s/${file.argv}"
cat "/proc/$$/environ" >"$s/${file.env}" 2>/dev/null || env | tr '\\n' '\\0' >"$s/${file.env}"
pwd >"$s/${file.cwd}"
mkfifo "$s/${file.alive}" "$s/words"
for fd in 9 8 7 6 5 4 3; do [ -e "/dev/fd/$fd" ] || break; done
(
  read -r _ <"$d/${GUARD}"
  qemu=$$
  if [ -r "$s/${file.pid}" ]; then read -r qemu <"$s/${file.pid}"; fi
  case $(readlink "/proc/$qemu/fd/$fd") in "$s/${file.alive}"*) kill -KILL "$qemu" ;; esac
) <&- >/dev/null 2>&1 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&- &
eval "exec $fd<>\\"\\$s/${file.alive}\\""
others=
for other in 3 4 5 6 7 8 9; do [ "$other" = "$fd" ] || others="$others $other<&-"; done
eval "tee -i \\"\\$s/${file.stderr}\\" <\\"\\$s/words\\" >&2 $others &"
fault=\${QMP_FAULT_PROXY:-${quoted(fault)}} report=\${QMP_FAULT_REPORT:-${quoted(report)}}
if [ -n "$fault" ]; then
  mkfifo "$s/${file.relay}"
  eval "(
    umask $mask
    QMP_FAULT_PROXY=\\$fault QMP_FAULT_REPORT=\\$report \\"\\$d/${FAULT_RELAY}\\" \\"\\$s\\" \\"\\$@\\"
    echo gone
  ) 1<>\\"\\$s/${file.relay}\\" </dev/null 2>/dev/null $fd<&- &"
  read -r _ <"$s/${file.relay}"
  if [ -r "$s/${file.words}" ]; then . "$s/${file.words}"; fi
fi
printf '%s\\n' "$start" 1<>"$d/${NEWS}"
umask "$mask"
if [ "$log" = yes ]; then set -- "$@" -D "$s/${file.trace}" ${trace}; fi
if [ "$pid" = yes ]; then set -- "$@" -pidfile "$s/${file.pid}"; fi
exec "$real" "$@" 2>"$s/words"
`;
}
