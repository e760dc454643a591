import { Buffer } from 'node:buffer';
import { parseJson, stringifyJson, type JsonObject } from 'qmp-core/wire';
import type { SaidMessage } from '../conversation.ts';

/** QEMU's trace events that tell of all that its QMP monitors read and write (`monitor/trace-events`). */
export const QMP_TRACE_EVENTS: readonly string[] = ['handle_qmp_command', 'monitor_qmp_respond'];

/** First line of an entry; `-msg timestamp=on` puts a process id and a time in front. */
const ENTRY = /^(?:\d+@\d+\.\d+:)?(handle_qmp_command|monitor_qmp_respond) mon (0x[\da-f]+) re(?:q|sp): /;

/**
 * Reads the log of {@link QMP_TRACE_EVENTS}. What a monitor says before it greets somebody is heard by
 * nobody, and left out; so is an entry that isn't complete yet.
 *
 * @param timeOf - Gives the time at which the log had so many bytes.
 */
export function readTraceLog(
  log: string,
  timeOf: (bytes: number) => number | undefined = () => undefined,
): SaidMessage[] {
  const messages: SaidMessage[] = [];
  const connections = new Map<string, number>();
  let count = 0;
  for (const { entry, end } of entriesOf(log)) {
    const [head = '', event, monitor = ''] = ENTRY.exec(entry) ?? [];
    const message = parsed(entry.slice(head.length));
    if (message === undefined) continue;
    if (event === 'monitor_qmp_respond' && Object.hasOwn(message, 'QMP')) connections.set(monitor, ++count);
    const connection = connections.get(monitor);
    if (connection === undefined) continue;
    const direction = event === 'handle_qmp_command' ? 'out' : 'in';
    messages.push({ direction, connection, message, text: stringifyJson(message), at: timeOf(end) });
  }
  return messages;
}

interface Entry {
  readonly entry: string;
  /** Bytes of the log up to its end. */
  readonly end: number;
}

/** Entries with their further lines: a pretty monitor's messages have several. */
function* entriesOf(log: string): Generator<Entry> {
  let entry: string | undefined;
  let end = 0;
  for (const line of log.split('\n')) {
    if (ENTRY.test(line)) {
      if (entry !== undefined) yield { entry, end };
      entry = line;
    } else if (entry !== undefined) {
      entry += `\n${line}`;
    }
    end += Buffer.byteLength(line) + 1;
  }
  if (entry !== undefined) yield { entry, end };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
