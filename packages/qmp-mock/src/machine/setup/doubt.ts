import { QDict, type QValue } from '../../engine/json/value.ts';
import type { Subject } from './subject.ts';

/** Subjects that an unanswered command would have changed, by a part of its name. */
const WOULD_CHANGE: readonly (readonly [command: RegExp, subjects: readonly Subject[]])[] = [
  [
    /^(block-(stream|commit)|blockdev-(backup|mirror|create)|drive-(backup|mirror)|snapshot-|transaction)/,
    ['jobs', 'nodes'],
  ],
  [/^(nbd-server-|block-export-)/, ['exports']],
  [/^(blockdev-|block_|change-backing|x-blockdev)/, ['nodes', 'drives']],
  [/^device_add$/, ['devices', 'memory', 'cpus']],
  [/^netdev_add$/, ['network']],
  [/^object-add$/, ['objects']],
];

/**
 * The subjects that are in doubt after a command was not modelled, because a client may go on as if it had
 * been carried out.
 */
export function doubtsAfter(
  command: string,
  args: QDict,
): { readonly words: readonly string[]; readonly subjects: readonly Subject[] } {
  const subjects = WOULD_CHANGE.find(([pattern]) => pattern.test(command))?.[1] ?? [];
  return { words: [...wordsOf(args)].flatMap((text) => text.split(/[\s,=]+/)), subjects };
}

function* wordsOf(value: QValue): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* wordsOf(item);
  else if (value instanceof QDict) for (const item of value.values()) yield* wordsOf(item);
}
