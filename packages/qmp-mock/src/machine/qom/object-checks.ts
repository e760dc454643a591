import { QDict, type QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';

/** Context for checking an object. */
export interface ObjectCheckContext {
  /**
   * Reason why a file could not be opened, or `undefined` if it could; left out if the program can't look.
   */
  readonly whyNotOpened: ((path: string) => string | undefined) | undefined;
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
}

/** Whether an object is certain to be made; throws QEMU's refusal of one that is certain not to be. */
type Check = (properties: QDict, context: ObjectCheckContext) => boolean;

const MISSING = 'No such file or directory';
const IS_DIRECTORY = 'Is a directory';
/** Properties of memory in a file that change nothing of the file. */
const PLAIN_MEMORY = /^(size|mem-path|share|merge|dump|prealloc|reserve|discard-data)$/;
/** Greatest signed integer of 64 bits. */
const MAX_INT64 = 2n ** 63n - 1n;

const CHECKS: Readonly<Record<string, Check>> = {
  iothread: checkIothread,
  secret: checkSecret,
  'throttle-group': checkThrottle,
  'rng-random': checkRandom,
  'memory-backend-file': checkMemoryFile,
};

/** Types of objects that can be made of nothing but their properties. */
const PLAIN =
  /^(iothread|thread-context|main-loop|secret|memory-backend-(ram|memfd)|rng-builtin|throttle-group|can-bus|authz-(simple|list|pam))$/;
/** Properties that name something else. */
const REFERENCE =
  /^(netdev|chardev|chrdev|canbus|indev|outdev|file|filename|dir|path|mem-path|host-nodes|node-affinity|cpu-affinity|keyid|iv)$/;

/** Whether an object can be made, whatever else there is. Throws QEMU's refusal of one that can't. */
export function canBeMade(type: string, properties: QDict, context: ObjectCheckContext): boolean {
  const check = CHECKS[type];
  if (check !== undefined && !check(properties, context)) return false;
  if (type === 'rng-random' || type === 'memory-backend-file') return true;
  return PLAIN.test(type) && [...properties.keys()].every((name) => !REFERENCE.test(name));
}

function checkIothread(properties: QDict): boolean {
  for (const [name, value] of properties) checkObjectValue('iothread', name, value);
  return ![...properties.keys()].some((name) => name.startsWith('thread-pool-'));
}

/** Throws the refusal of a value that an object does not take, whatever its type. */
export function checkObjectValue(type: string, name: string, value: QValue): void {
  if (name === 'prealloc-threads') notModelled(`a change of ${name}`);
  if (name === 'guest-stats-polling-interval' && (value as number | bigint) < 0) {
    throw genericError('timer value must be greater than zero');
  }
  if (type.startsWith('filter-') && name === 'status' && value !== 'on' && value !== 'off') {
    throw genericError("Invalid value for netfilter status, should be 'on' or 'off'");
  }
  if (type !== 'iothread' || (typeof value !== 'number' && typeof value !== 'bigint')) return;
  if (BigInt(value) < 0n) throw genericError(`${name} value must be in range [0, ${MAX_INT64}]`);
}

function checkSecret(properties: QDict, { whyNotOpened }: ObjectCheckContext): boolean {
  const [data, file] = [properties.get('data'), properties.get('file')];
  if (file !== undefined && data !== undefined) {
    throw genericError("'file' and 'data' are mutually exclusive");
  }
  if (typeof file === 'string') {
    const why = whyNotOpened?.(file);
    if (why !== MISSING) return false;
    throw genericError(`Unable to read ${file}: Failed to open file “${file}”: ${why}`);
  }
  if (data === undefined) throw genericError("Either 'file' or 'data' must be provided");
  if (properties.get('format') === 'base64' && /[^A-Za-z0-9+/=\r\n]/.test(data as string)) {
    throw genericError('Base64 data contains invalid characters');
  }
  return true;
}

function checkRandom(properties: QDict, { whyNotOpened }: ObjectCheckContext): boolean {
  const file = properties.get('filename');
  if (file === undefined) return true;
  if (typeof file !== 'string' || whyNotOpened === undefined) return false;
  const why = whyNotOpened(file);
  if (why === MISSING) throw genericError(`Could not open '${file}': ${why}`);
  return why === undefined;
}

function checkMemoryFile(properties: QDict, { whyNotWritable }: ObjectCheckContext): boolean {
  const path = properties.get('mem-path');
  if (typeof path !== 'string') return false;
  const why = whyNotWritable(path);
  if (why === MISSING) throw genericError(`can't open backing store ${path} for guest RAM: ${MISSING}`);
  // In a directory it's a file without a name; one with a name would be made, or made larger.
  return why === IS_DIRECTORY && [...properties.keys()].every((name) => PLAIN_MEMORY.test(name));
}

const KINDS = ['bps', 'iops'] as const;
const PARTS = ['total', 'read', 'write'] as const;
const MAX_RATE = 1_000_000_000_000_000;

/** A throttle group (`throttle_is_valid` in `util/throttle.c`). */
function checkThrottle(properties: QDict): boolean {
  const limits = properties.get('limits');
  // Each of the old properties is checked by itself.
  if (properties.size > (limits === undefined ? 0 : 1)) return properties.size === 1;
  if (!(limits instanceof QDict)) return limits === undefined;
  const full = fullLimits(limits);
  const isSet = (name: string): boolean => Number(full.get(name)) !== 0;
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
        Number(full.get(`${kind}-${part}`)),
        Number(full.get(`${kind}-${part}-max`)),
        Number(full.get(`${kind}-${part}-max-length`)),
      );
      if (refusal !== undefined) throw genericError(refusal);
    }
  }
  properties.set('limits', full);
  return true;
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

/** All limits of a throttle group, those that were left out as QEMU sets them. */
function fullLimits(limits: QDict): QDict {
  const full = new QDict();
  const take = (name: string, otherwise: QValue): void => {
    full.set(name, limits.get(name) ?? otherwise);
  };
  for (const kind of KINDS) {
    for (const part of PARTS) {
      take(`${kind}-${part}`, 0);
      take(`${kind}-${part}-max`, 0);
      take(`${kind}-${part}-max-length`, 1);
    }
  }
  take('iops-size', 0);
  return full;
}
