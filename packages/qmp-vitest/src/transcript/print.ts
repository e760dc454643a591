import { visible } from 'qmp-core/redact';
import { parseJson, stringifyJson } from 'qmp-core/wire';
import { isMembers, messageParts, type MessageParts } from './message.ts';
import { pairReplies } from './pairing.ts';
import type { TranscriptEntry } from './entry.ts';

/** Options of {@link printTranscript}. */
export interface PrintOptions {
  /** Number of entries to show, from the end. Default: all. */
  tail?: number | undefined;
  /** Characters of a line to show. Default: no limit. */
  width?: number | undefined;
  /** Whether each line starts with its time in milliseconds. Default: true. */
  times?: boolean | undefined;
}

const ARROWS = { out: '→', in: '←', note: '·' } as const;
/** Mark of an event, because it isn't an answer. */
const EVENT_ARROW = '⚡';

/**
 * Writes a conversation as a chat: one message a line, with its time and an arrow that tells who speaks.
 * A reply names the command that it answers.
 *
 * ```text
 *      0.0 ms  ←  greeting: QEMU 7.2.22, offers oob
 *      0.4 ms  →  qmp_capabilities
 *      0.6 ms  ←  qmp_capabilities: {}
 *      1.2 ms  →  device_del {"id":"nic0"}
 *      1.5 ms  ←  device_del: DeviceNotFound: Device 'nic0' not found
 *      9.8 ms  ⚡  STOP
 * ```
 */
export function printTranscript(entries: readonly TranscriptEntry[], options: PrintOptions = {}): string {
  const { tail = Infinity, width = Infinity, times = true } = options;
  const lines = describeEntries(entries);
  const from = Math.max(0, lines.length - tail);
  return lines
    .slice(from)
    .map(({ arrow, text }, index) => {
      const at = entries[from + index]?.at;
      const time = times && at !== undefined ? `${at.toFixed(1).padStart(8)} ms  ` : '';
      return cut(`${time}${arrow}  ${text}`, width);
    })
    .join('\n');
}

/** One entry in words. */
export interface DescribedEntry {
  readonly arrow: string;
  readonly text: string;
}

/** An entry with its message taken apart, and the index of the command that it answers. */
export interface UnderstoodEntry {
  readonly entry: TranscriptEntry;
  readonly parts: MessageParts;
  readonly command: number | undefined;
}

/** Takes the messages of a conversation apart, and pairs replies with their commands. */
export function understandEntries(entries: readonly TranscriptEntry[]): UnderstoodEntry[] {
  const messages = entries.map(({ direction, text, connection = 0 }) => ({
    direction,
    connection,
    parts: messageParts(direction === 'note' ? text : parse(text)),
  }));
  const commands = pairReplies(messages);
  return entries.map((entry, index) => ({
    entry,
    parts: messages[index]!.parts,
    command: commands[index],
  }));
}

/**
 * Puts each entry in words, on one line and without control characters. A reply begins with the name of its
 * command, and, if there is more than one connection, each entry with the number of its connection.
 */
export function describeEntries(entries: readonly TranscriptEntry[]): DescribedEntry[] {
  const several = new Set(entries.map(({ connection }) => connection ?? 0)).size > 1;
  const understood = understandEntries(entries);
  return understood.map((one) => {
    const name = one.command === undefined ? '' : (understood[one.command]?.parts.name ?? '');
    const { arrow, text } = describeEntry(one, name);
    const shown = visible(text, { oneLine: true });
    return { arrow, text: several ? `#${one.entry.connection ?? 0} ${shown}` : shown };
  });
}

function describeEntry({ entry, parts }: UnderstoodEntry, command: string): DescribedEntry {
  if (entry.direction === 'note') return { arrow: ARROWS.note, text: entry.text };
  if (entry.direction === 'out') return { arrow: ARROWS.out, text: commandText(parts, entry.text) };
  return {
    arrow: parts.kind === 'event' ? EVENT_ARROW : ARROWS.in,
    text: receivedText(parts, entry.text, command),
  };
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function commandText(message: MessageParts, raw: string): string {
  if (message.kind !== 'command') return raw;
  const oob = message.oob ? ' (out of band)' : '';
  return `${message.name}${oob}${suffix(message.body)}`;
}

function receivedText(message: MessageParts, raw: string, command: string): string {
  switch (message.kind) {
    case 'greeting':
      return `greeting: ${greetingText(message.body)}`;
    case 'event':
      return `${message.name}${suffix(message.body)}`;
    case 'return':
      return `${answered(command)}${stringifyJson(message.body)}`;
    case 'error':
      return `${answered(command)}${errorText(message.body)}`;
    default:
      return raw;
  }
}

function answered(name: string): string {
  return name === '' ? 'reply: ' : `${name}: `;
}

function suffix(body: unknown): string {
  if (body === undefined || (isMembers(body) && Object.keys(body).length === 0)) return '';
  return ` ${stringifyJson(body)}`;
}

function errorText(body: unknown): string {
  return isMembers(body) && typeof body['class'] === 'string' && typeof body['desc'] === 'string'
    ? `${body['class']}: ${body['desc']}`
    : `error ${stringifyJson(body)}`;
}

function greetingText(body: unknown): string {
  const version = isMembers(body) && isMembers(body['version']) ? body['version'] : {};
  const qemu = isMembers(version['qemu']) ? version['qemu'] : {};
  const capabilities = isMembers(body) && Array.isArray(body['capabilities']) ? body['capabilities'] : [];
  const number = ['major', 'minor', 'micro']
    .map((part) => stringifyJson(qemu[part] ?? null))
    .join('.')
    .replaceAll('null', '?');
  return `QEMU ${number}${capabilities.length > 0 ? `, offers ${capabilities.map(String).join(', ')}` : ''}`;
}

function cut(line: string, width: number): string {
  if (line.length <= width) return line;
  const mark = ` … (${line.length} characters)`;
  return line.slice(0, Math.max(0, width - mark.length)) + mark;
}
