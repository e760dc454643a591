import { Redactor, visible } from 'qmp-core/redact';
import { stringifyJson, type JsonObject, type JsonValue } from 'qmp-core/wire';
import type { Cassette, CassetteLine } from './cassette.ts';

/**
 * Formats a cassette as a chat, with the numbers of its lines: `→` commands, `←` replies, `⚡` events. It
 * leaves out passwords and other secrets, and shows control characters as escapes.
 *
 * @example
 * printCassetteTranscript(parseCassette(text))
 * //   3  ←  greeting: QEMU 10.0.13, offers oob
 * //   4  →  stop
 * //   5  ⚡  STOP
 * //   6  ←  stop: {}
 */
export function printCassetteTranscript({ header, lines }: Cassette): string {
  const width = String(lines.at(-1)?.line ?? 0).length + 2;
  const open: { label: number | undefined; name: string }[] = [];
  const told = lines.map((line) => {
    const time = line.after === undefined ? '' : ` (after ${line.after} ms)`;
    return `${String(line.line).padStart(width)}  ${describe(line, open)}${time}`;
  });
  const { qemu = 'an unknown version', commandLine } = header;
  const head = [`QEMU ${qemu}`, ...(commandLine === undefined ? [] : [`  ${commandLine.join(' ')}`])];
  const text = [...head, ...told].map((line) => visible(line, { oneLine: true }));
  const redactor = new Redactor();
  // A secret may be said by its name after it was said without it.
  for (const line of text) redactor.text(line);
  return text.map((line) => redactor.text(line)).join('\n');
}

function describe(line: CassetteLine, open: { label: number | undefined; name: string }[]): string {
  switch (line.kind) {
    case 'greeting': {
      const { version, capabilities } = line.greeting.QMP;
      const { major, minor, micro } = version.qemu;
      const offers = capabilities.length === 0 ? '' : `, offers ${capabilities.join(', ')}`;
      return `←  greeting: QEMU ${major}.${minor}.${micro}${offers}`;
    }
    case 'command':
      open.push({ label: line.label, name: line.name });
      return `→  ${line.name}${line.oob ? ' (out of band)' : ''}${suffix(line.args)}`;
    case 'reply': {
      const at = open.findIndex(({ label }) => label === line.label);
      const [command] = at < 0 ? [] : open.splice(at, 1);
      const { error } = line;
      const text = error === undefined ? stringifyJson(line.result ?? {}) : `${error.class}: ${error.desc}`;
      return `←  ${command?.name ?? 'reply'}: ${text}`;
    }
    case 'event':
      return `⚡  ${line.name}${suffix(line.data)}`;
    default:
      return `·  the ${line.by} ends the conversation`;
  }
}

function suffix(value: JsonValue | JsonObject | undefined): string {
  return value === undefined ? '' : ` ${stringifyJson(value)}`;
}
