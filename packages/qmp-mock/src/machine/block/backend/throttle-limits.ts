/** Limits of requests, by their names in throttle groups: `bps-total`, `iops-read-max`, `iops-size`. */
export type ThrottleLimits = ReadonlyMap<string, number>;

/** Limits: of bytes and of requests; of both directions, and of each. */
const LIMITS = ['total', 'read', 'write'].flatMap((kind) => [`bps-${kind}`, `iops-${kind}`]);

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
