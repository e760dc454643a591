import { QDict, type QValue } from '../../engine/json/value.ts';
import type { Subject } from './subject.ts';

/**
 * Subjects that an unanswered command would have changed, by a part of its name, with `-` for `_`. Lines of
 * the human monitor have names of the same kind.
 */
const WOULD_CHANGE: readonly (readonly [command: RegExp, subjects: readonly Subject[]])[] = [
  [
    /^(block-(stream|commit)|blockdev-(backup|mirror|create)|drive-(backup|mirror)|snapshot-|transaction)/,
    ['jobs', 'nodes'],
  ],
  [/^(nbd-server-|block-export-)/, ['exports']],
  [
    /^(blockdev-|block-|change-backing|x-blockdev|drive-|commit$|change$|eject$|qemu-io$)/,
    ['nodes', 'drives'],
  ],
  [/^device-add$/, ['devices', 'memory', 'cpus']],
  [/^netdev-/, ['network']],
  [/^hostfwd-/, ['network']],
  [/^object-add$/, ['objects']],
  [/^(migrate|xen-save-devices-state|loadvm)$/, ['run state', 'migration']],
  // A machine that was saved goes on, or stays stopped, as before.
  [/^savevm$/, ['nodes', 'migration']],
  [/^chardev-/, ['chardevs']],
  [/^dump-guest-memory$/, ['dump']],
];

/** Members of commands that give a name to something new. */
const NAMES = /^(id|(snapshot-|filter-)?node-name|job-id|name|fdname|tag|command-line)$/;

/**
 * Everything that is in doubt after a command was not modelled, because a client may go on as if it had been
 * carried out.
 */
export interface Doubts {
  /** Every word that it said: what they name may be in use since. */
  readonly words: readonly string[];
  /** Those that may be names of something new. */
  readonly names: readonly string[];
  /** Subjects that it would have changed. */
  readonly subjects: readonly Subject[];
}

/** The doubts after such a command was not modelled. */
export function doubtsAfter(command: string, args: QDict): Doubts {
  const line = command === 'human-monitor-command' ? args.get('command-line') : undefined;
  const name = typeof line === 'string' ? (/^\s*(\S*)/.exec(line)?.[1] ?? '') : command;
  const subjects = WOULD_CHANGE.find(([pattern]) => pattern.test(name.replaceAll('_', '-')))?.[1] ?? [];
  const words: string[] = [];
  const names: string[] = [];
  for (const [member, text] of wordsOf(args, '')) {
    const parts = text.split(/[\s,=]+/);
    words.push(...parts);
    if (NAMES.test(member)) names.push(...parts);
  }
  return { words, names, subjects };
}

function* wordsOf(value: QValue, member: string): Generator<readonly [member: string, text: string]> {
  if (typeof value === 'string') yield [member, value];
  else if (Array.isArray(value)) for (const item of value) yield* wordsOf(item, member);
  else if (value instanceof QDict) for (const [name, item] of value) yield* wordsOf(item, name);
}
