/** Limits of requests, by their names in throttle groups: `bps-total`, `iops-read-max`, `iops-size`. */
export type ThrottleLimits = ReadonlyMap<string, number>;

/** Limits: of bytes and of requests; of both directions, and of each. */
const LIMITS = ['total', 'read', 'write'].flatMap((kind) => [`bps-${kind}`, `iops-${kind}`]);
const GREATEST = 1e15;

/** QEMU's refusal of limits (`throttle_is_valid` in `util/throttle.c`); `undefined` if they make sense. */
export function whyNotThrottled(limit: (name: string) => number | undefined): string | undefined {
  const set = (name: string): boolean => (limit(name) ?? 0) !== 0;
  const mixed = ['bps', 'iops'].some((what) =>
    ['', '-max'].some(
      (max) => set(`${what}-total${max}`) && (set(`${what}-read${max}`) || set(`${what}-write${max}`)),
    ),
  );
  if (mixed) return 'bps/iops/max total values and read/write values cannot be used at the same time';
  if (set('iops-size') && !['iops-total', 'iops-read', 'iops-write'].some(set)) {
    return 'iops size requires an iops value to be set';
  }
  for (const name of LIMITS) {
    const [average, most] = [limit(name) ?? 0, limit(`${name}-max`) ?? 0];
    const length = limit(`${name}-max-length`);
    if ([average, most].some((value) => value < 0 || value > GREATEST)) {
      return `bps/iops/max values must be within [0, ${GREATEST}]`;
    }
    if (length === 0) return 'the burst length cannot be 0';
    if (length !== undefined && length > 1 && most === 0) return 'burst length set without burst rate';
    if (most !== 0 && average === 0) return 'bps_max/iops_max require corresponding bps/iops values';
    if (most !== 0 && most < average) return 'bps_max/iops_max cannot be lower than bps/iops';
  }
  return undefined;
}

/** Whether limits limit anything (`throttle_enabled`). */
export function isThrottling(limits: ThrottleLimits): boolean {
  return LIMITS.some((name) => (limits.get(name) ?? 0) !== 0);
}

/** The name of a limit in commands and queries: `iops-read-max` is `iops_rd_max`. */
export function commandName(limit: string): string {
  return limit.replace('-total', '').replace('-read', '-rd').replace('-write', '-wr').replaceAll('-', '_');
}

/** Names of all limits that a command can set. */
export const ALL_LIMITS: readonly string[] = [
  ...LIMITS.flatMap((name) => [name, `${name}-max`, `${name}-max-length`]),
  'iops-size',
];

/** Limits as queries show them: bursts only if there are any. */
export function shownLimits(limits: ThrottleLimits): Record<string, number> {
  const shown: Record<string, number> = {};
  for (const name of LIMITS) {
    shown[commandName(name)] = limits.get(name) ?? 0;
    const most = limits.get(`${name}-max`) ?? 0;
    if (most === 0) continue;
    shown[commandName(`${name}-max`)] = most;
    shown[commandName(`${name}-max-length`)] = limits.get(`${name}-max-length`) ?? 1;
  }
  const size = limits.get('iops-size') ?? 0;
  if (size !== 0) shown['iops_size'] = size;
  return shown;
}
