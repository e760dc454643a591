import { printTranscript } from '../transcript/print.ts';
import type { TranscriptEntry } from '../transcript/entry.ts';

/** The story of one machine whose test has failed. */
export interface MachineStory {
  readonly name: string;
  /** The machine in words: `QEMU over a unix socket that it dials`, `mock of QEMU 10.0`. */
  readonly what: string;
  /** The conversation, oldest first. */
  readonly entries: readonly TranscriptEntry[];
  /** Time on `performance.now` that the times of the entries count from, in ms, if known. */
  readonly began?: number | undefined;
  /** The command line as it was run, quoted for a POSIX shell. */
  readonly commandLine?: string | undefined;
  /** The same with its monitor on the terminal, to paste. */
  readonly byHand?: string | undefined;
  /** Its stderr. */
  readonly stderr?: string | undefined;
  /** Its end, in words; `undefined` while it runs. */
  readonly exit?: string | undefined;
  /** Remarks that may explain the failure. */
  readonly findings?: string | undefined;
}

/** Limits of a story's text. */
export interface StoryOptions {
  /** Messages of each conversation, from the end. Default: 20. */
  tail?: number | undefined;
  /** Characters of a line. Default: 200. */
  width?: number | undefined;
  /** Lines of `stderr`, from the end. Default: 20. */
  stderrLines?: number | undefined;
  /** Path of the full log. */
  logPath?: string | undefined;
  /** Paths of further files about the test. */
  further?: readonly string[] | undefined;
}

/** The line that opens every story. */
const STORY_HEADING = '── what the machine saw ──';

/**
 * Tells the story of a failed test's machines: the tail of each conversation, QEMU's command line, stderr and
 * exit, and the path of the full log. It's plain text, to append to an error's message.
 */
export function tellStory(machines: readonly MachineStory[], options: StoryOptions = {}): string {
  const told = machines.map((machine) => tellMachine(machine, options));
  const log = options.logPath === undefined ? [] : [`Full log: ${options.logPath}`];
  const further = (options.further ?? []).map((path) => `To look at: ${path}`);
  return [STORY_HEADING, ...told, ...log, ...further].join('\n');
}

function tellMachine(machine: MachineStory, options: StoryOptions): string {
  const { tail = 20, width = 200, stderrLines = 20 } = options;
  const total = machine.entries.length;
  const parts = [`${machine.name}: ${machine.what}`];
  if (total === 0) parts.push('  no QMP message was exchanged');
  else {
    parts.push(total > tail ? `  last ${tail} of ${total} QMP messages:` : '  QMP conversation:');
    parts.push(indent(printTranscript(machine.entries, { tail, width }), 2));
  }
  if (machine.commandLine !== undefined) parts.push('  command line:', indent(machine.commandLine, 4));
  if (machine.byHand !== undefined) parts.push('  to try it by hand:', indent(machine.byHand, 4));
  if (machine.stderr !== undefined) parts.push(...tellStderr(machine.stderr, stderrLines));
  if (machine.exit !== undefined) parts.push(`  exit: ${machine.exit}`);
  else if (machine.commandLine !== undefined) parts.push('  exit: still running when the test failed');
  if (machine.findings !== undefined) parts.push('  findings:', indent(machine.findings, 4));
  return parts.join('\n');
}

function tellStderr(stderr: string, limit: number): string[] {
  const lines = stderr.trimEnd().split('\n');
  if (stderr.trim() === '') return ['  stderr: empty'];
  const shown = lines.slice(-limit);
  const heading =
    shown.length < lines.length ? `  last ${limit} of ${lines.length} lines of stderr:` : '  stderr:';
  return [heading, indent(shown.join('\n'), 4)];
}

function indent(text: string, by: number): string {
  return text.replace(/^/gm, ' '.repeat(by));
}
