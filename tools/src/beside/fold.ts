/** Folds meaningless differences between two programs' answers, or between two runs of one. */

/** Members whose value is a time, a process or a thread. */
const VOLATILE =
  /^(thread-id|pid|date-sec|date-nsec|vm-clock-sec|vm-clock-nsec|total-time|setup-time|expected-downtime|downtime|mbps|pages-per-second|idle_time_ns|(rd|wr|flush|unmap|zone_append)_total_time_ns|icount|tm_sec|tm_min)$/;

/** An answer of QEMU without what differs from run to run: the time, threads, generated names. */
export function foldLine(line: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line;
  }
  return JSON.stringify(value, (name, member: unknown) => {
    if (name === 'timestamp') return undefined;
    if (typeof member === 'number' && VOLATILE.test(name) && member !== 0) return 'N';
    return typeof member === 'string' ? foldText(member) : member;
  });
}

/** A text of QEMU without generated names, threads, pseudo-terminals. */
export function foldText(text: string): string {
  return text
    .replaceAll(/#block\d+/g, '#blockN')
    .replaceAll(/thread_id=\d+/g, 'thread_id=N')
    .replaceAll(/\/dev\/pts\/\d+/g, '/dev/pts/N')
    .replaceAll(/\/(?:var\/)?tmp\/(?:vl|qmp)[.-]\w+/g, '/tmp/vl.N')
    .replaceAll(/(host_time|vm_clock|VM CLOCK)[=:]? *[\d:.]+/gi, '$1');
}

/** Output of a refused start, without the program's own name. */
export function foldOutput(output: string): string {
  return output
    .split('\n')
    .map((line) =>
      line
        .replace(/^\S*qemu[\w.-]*(?=:)/, 'QEMU')
        .replace(/from pid \d+.*/, 'from pid N')
        .trimEnd(),
    )
    .filter((line) => line !== '')
    .map((line) => foldText(line))
    .join('\n');
}

/** A message without the names and numbers in it: what kind of message it is. */
export function messageKind(text: string): string {
  return text
    .replaceAll(/'[^']*'/g, "'…'")
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/@DIR@\/\S*/g, '…')
    .replaceAll(/\b0x[\da-f]+\b/gi, 'N')
    .replaceAll(/\b\d+\b/g, 'N')
    .slice(0, 140);
}

/**
 * Whether the stand-in said what QEMU says, but for what QEMU itself says differently the second time. If one
 * of the two accounts is matched, or each member that is the same in both, and the others are of the same
 * kind, it did.
 */
export function matchesEither(first: string, second: string, standIn: string): boolean {
  if (standIn === first || standIn === second) return true;
  if (first === second) return false;
  return matchesPattern(first, second, standIn);
}

/** Whether QEMU said the same twice, but for numbers and names that it makes up. */
export function saysTheSame(first: string, second: string): boolean {
  return matchesPattern(first, second, second);
}

function matchesPattern(first: string, second: string, standIn: string): boolean {
  try {
    return alike(JSON.parse(first), JSON.parse(second), JSON.parse(standIn));
  } catch {
    return alike(first, second, standIn);
  }
}

function alike(first: unknown, second: unknown, standIn: unknown): boolean {
  if (typeof first !== typeof standIn || Array.isArray(first) !== Array.isArray(standIn)) return false;
  if (typeof first === 'number') return first !== second || first === standIn;
  if (typeof first === 'string') {
    if (first === second) return first === standIn;
    return (
      withoutNumbers(first) === withoutNumbers(String(second)) &&
      withoutNumbers(first) === withoutNumbers(String(standIn))
    );
  }
  if (
    typeof first !== 'object' ||
    first === null ||
    typeof second !== 'object' ||
    second === null ||
    typeof standIn !== 'object' ||
    standIn === null
  )
    return first === standIn;
  const names = Object.keys(first).toString();
  if (names !== Object.keys(second).toString() || names !== Object.keys(standIn).toString()) return false;
  const [a, b, c] = [first, second, standIn] as Record<string, unknown>[];
  return Object.keys(first).every((name) => alike(a?.[name], b?.[name], c?.[name]));
}

const withoutNumbers = (text: string): string => text.replaceAll(/\b[\da-f]+\b/gi, 'N');
