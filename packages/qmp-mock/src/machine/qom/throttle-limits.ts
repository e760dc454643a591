import { parseJson } from 'qmp-core/wire';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';

const KINDS = ['bps', 'iops'] as const;
const PARTS = ['total', 'read', 'write'] as const;
const MAX_RATE = 1_000_000_000_000_000;
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

/** Throws QEMU's refusal of limits that don't go together (`throttle_is_valid` in `util/throttle.c`). */
export function checkLimits(limits: QDict): void {
  const isSet = (name: string): boolean => Number(limits.get(name)) !== 0;
  const conflict = KINDS.some((kind) =>
    ['', '-max'].some(
      (end) => isSet(`${kind}-total${end}`) && (isSet(`${kind}-read${end}`) || isSet(`${kind}-write${end}`)),
    ),
  );
  if (conflict) {
    throw genericError('bps/iops/max total values and read/write values cannot be used at the same time');
  }
  if (isSet('iops-size') && !PARTS.some((part) => isSet(`iops-${part}`))) {
    throw genericError('iops size requires an iops value to be set');
  }
  for (const kind of KINDS) {
    for (const part of PARTS) {
      const refusal = rateRefusal(
        Number(limits.get(`${kind}-${part}`)),
        Number(limits.get(`${kind}-${part}-max`)),
        Number(limits.get(`${kind}-${part}-max-length`)),
      );
      if (refusal !== undefined) throw genericError(refusal);
    }
  }
}

function rateRefusal(average: number, peak: number, length: number): string | undefined {
  if ([average, peak].some((rate) => rate < 0 || rate > MAX_RATE)) {
    return `bps/iops/max values must be within [0, ${MAX_RATE}]`;
  }
  if (length === 0) return 'the burst length cannot be 0';
  if (length > 1 && peak === 0) return 'burst length set without burst rate';
  if (peak > 0 && length > MAX_RATE / peak) return 'burst length too high for this burst rate';
  if (peak > 0 && average === 0) return 'bps_max/iops_max require corresponding bps/iops values';
  return peak > 0 && peak < average ? 'bps_max/iops_max cannot be lower than bps/iops' : undefined;
}
