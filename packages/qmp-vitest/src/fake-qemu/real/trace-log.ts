import { parseJson, stringifyJson, type JsonObject } from 'qmp-core/wire';
import type { SaidMessage } from '../conversation.ts';

/** QEMU's trace events that tell of all that its QMP monitors read and write (`monitor/trace-events`). */
export const QMP_TRACE_EVENTS: readonly string[] = ['handle_qmp_command', 'monitor_qmp_respond'];

/** First line of an entry; `-msg timestamp=on` puts a process id and a time in front. */
const ENTRY = /^(?:\d+@\d+\.\d+:)?(handle_qmp_command|monitor_qmp_respond) mon (0x[\da-f]+) re(?:q|sp): /;

/**
 * Reads the log of {@link QMP_TRACE_EVENTS}. What a monitor says before it greets somebody is heard by
 * nobody, and left out; so is an entry that isn't complete yet.
 */
export function readTraceLog(log: string): SaidMessage[] {
  const messages: SaidMessage[] = [];
  const connections = new Map<string, number>();
  let count = 0;
  for (const entry of entriesOf(log)) {
    const [head = '', event, monitor = ''] = ENTRY.exec(entry) ?? [];
    const message = parsed(entry.slice(head.length));
    if (message === undefined) continue;
    if (event === 'monitor_qmp_respond' && Object.hasOwn(message, 'QMP')) connections.set(monitor, ++count);
    const connection = connections.get(monitor);
    if (connection === undefined) continue;
    const direction = event === 'handle_qmp_command' ? 'out' : 'in';
    messages.push({ direction, connection, message, text: stringifyJson(message) });
  }
  return messages;
}

/** Entries with their further lines: a pretty monitor's messages have several. */
function* entriesOf(log: string): Generator<string> {
  let entry: string | undefined;
  for (const line of log.split('\n')) {
    if (ENTRY.test(line)) {
      if (entry !== undefined) yield entry;
      entry = line;
    } else if (entry !== undefined) {
      entry += `\n${line}`;
    }
  }
  if (entry !== undefined) yield entry;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
