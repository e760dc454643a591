import { tmpdir } from 'node:os';
import { Redactor } from 'qmp-core/redact';
import { describeEntries } from './print.ts';
import { redactEntries } from './redacted.ts';
import type { TranscriptEntry } from './entry.ts';

/** Options of {@link normaliseTranscript}. */
export interface NormaliseOptions {
  /**
   * Directories whose paths differ from run to run and become `<dir>`. The system's temporary directory is
   * always one of them.
   */
  directories?: readonly string[] | undefined;
}

/** Values of QEMU that differ from run to run: unique names within a process, and object addresses. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/"pid":\d+/g, '"pid":<pid>'],
  [/"qom-path":"\/machine\/unattached\/device\[\d+\]"/g, '"qom-path":<qom-path>'],
  [/"thread-id":\d+/g, '"thread-id":<thread-id>'],
];

/**
 * Writes a conversation so that the same dialogue gives the same text in every run and on every backend:
 * without times, ids, secrets and the greeting's version, and with `<dir>` for paths below temporary
 * directories.
 */
export function normaliseTranscript(
  entries: readonly TranscriptEntry[],
  options: NormaliseOptions = {},
): string {
  const directories = [...(options.directories ?? []), tmpdir()].toSorted((a, b) => b.length - a.length);
  const redactor = new Redactor();
  // Twice: a secret may be said by its name after it was said without it.
  redactEntries(entries, redactor);
  return describeEntries(redactEntries(entries, redactor))
    .map(({ arrow, text }) => `${arrow} ${normaliseText(text, directories)}`)
    .join('\n');
}

function normaliseText(text: string, directories: readonly string[]): string {
  if (text.startsWith('greeting: ')) return 'greeting';
  let result = text;
  for (const directory of directories) result = replaceDirectory(result, directory);
  for (const [pattern, replacement] of VOLATILE) result = result.replace(pattern, replacement);
  return result;
}

/** Replaces the directory and the one random name below it, and keeps the file's own name. */
function replaceDirectory(text: string, directory: string): string {
  if (directory.length < 2) return text;
  let result = '';
  let from = 0;
  for (;;) {
    const at = text.indexOf(`${directory}/`, from);
    if (at < 0) return result + text.slice(from);
    result += `${text.slice(from, at)}<dir>`;
    const path = /^\/[^"\s]*/.exec(text.slice(at + directory.length))?.[0] ?? '';
    const name = path.slice(path.lastIndexOf('/'));
    result += name;
    from = at + directory.length + path.length;
  }
}
