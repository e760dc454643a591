import { parseJson } from 'qmp-core/wire';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';
import { whyNotThrottled } from '../throttling.ts';

const KINDS = ['bps', 'iops'] as const;
const PARTS = ['total', 'read', 'write'] as const;
/** Limits that are 1 unless they are given. */
const LENGTH = /-max-length$/;
/** Old names of limits, each a property of its own. */
const OLD = /^x-((bps|iops)-.*)$/;

/** Names of all limits of a throttle group. */
const LIMITS: readonly string[] = [
  ...KINDS.flatMap((kind) =>
    PARTS.flatMap((part) => ['', '-max', '-max-length'].map((end) => `${kind}-${part}${end}`)),
  ),
  'iops-size',
];

/** The limit that a property of a throttle group stands for, or `undefined`. */
export function limitOf(property: string): string | undefined {
  const [, limit] = OLD.exec(property) ?? [];
  return limit !== undefined && LIMITS.includes(limit) ? limit : undefined;
}

/** All limits of a throttle group that was made with some properties: those that were left out, too. */
export function limitsOf(properties: ReadonlyMap<string, QValue>): QDict {
  const given = new Map<string, QValue>();
  for (const [name, value] of properties) {
    const limit = limitOf(name) ?? (name.startsWith('limits.') ? name.slice('limits.'.length) : undefined);
    if (limit !== undefined) given.set(limit, value);
  }
  const limits = properties.get('limits');
  const members = typeof limits === 'string' ? Object.entries(parseJson(limits) as object) : [];
  for (const [name, value] of limits instanceof QDict ? limits : members) given.set(name, value as QValue);
  return new QDict(LIMITS.map((name) => [name, given.get(name) ?? (LENGTH.test(name) ? 1 : 0)]));
}

/** All limits of a group after some of them were set. */
export function limitsWith(before: QDict, changes: QDict): QDict {
  return new QDict(LIMITS.map((name) => [name, changes.get(name) ?? before.get(name) ?? 0]));
}

/** Throws QEMU's refusal of limits that don't go together. */
export function checkLimits(limits: QDict): void {
  const refusal = whyNotThrottled((name) => Number(limits.get(name)));
  if (refusal !== undefined) throw genericError(refusal);
}
