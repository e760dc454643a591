import type { Redactor } from 'qmp-core/redact';
import { parseJson, stringifyJson, type JsonObject } from 'qmp-core/wire';
import type { Inventory } from 'qmp-mock';
import { isMembers } from './message.ts';
import type { TranscriptEntry } from './entry.ts';

/** A conversation without secrets. */
export function redactEntries(entries: readonly TranscriptEntry[], redactor: Redactor): TranscriptEntry[] {
  const requests = new Map<string, JsonObject>();
  return entries.map(({ machine, ...entry }) => ({
    ...entry,
    text: redactEntry(entry, redactor, requests),
    ...(machine === undefined ? {} : { machine: redactMachine(machine, redactor) }),
  }));
}

/** Takes secrets out of the names of files: an address may have credentials in it. */
const redactMachine = (machine: Inventory, redactor: Redactor): Inventory => ({
  ...machine,
  drives: machine.drives.map((drive) => ({
    ...drive,
    medium: drive.medium === undefined ? undefined : redactor.text(drive.medium),
  })),
});

/** @param requests - The commands that are not answered yet, by their connections and ids. */
function redactEntry(
  { direction, connection, text }: TranscriptEntry,
  redactor: Redactor,
  requests: Map<string, JsonObject>,
): string {
  const message = direction === 'note' ? undefined : parsed(text);
  if (message === undefined) return redactor.text(text);
  const key = `${connection ?? 0} ${stringifyJson(Object.hasOwn(message, 'id') ? message['id'] : null)}`;
  const request = direction === 'in' ? requests.get(key) : undefined;
  if (direction === 'out') requests.set(key, message);
  const shown = stringifyJson(redactor.message(message, request));
  // A message without secrets stays as it was on the wire.
  return shown === stringifyJson(message) ? text : shown;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
