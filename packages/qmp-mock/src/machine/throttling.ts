/** Limits: of bytes and of requests; of both directions, and of each. */
const LIMITS = ['bps', 'iops'].flatMap((what) => ['total', 'read', 'write'].map((kind) => `${what}-${kind}`));
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
    const length = limit(`${name}-max-length`) ?? 1;
    if ([average, most].some((value) => value < 0 || value > GREATEST)) {
      return `bps/iops/max values must be within [0, ${GREATEST}]`;
    }
    if (length === 0) return 'the burst length cannot be 0';
    if (length > 1 && most === 0) return 'burst length set without burst rate';
    if (most !== 0 && length > GREATEST / most) return 'burst length too high for this burst rate';
    if (most !== 0 && average === 0) return 'bps_max/iops_max require corresponding bps/iops values';
    if (most !== 0 && most < average) return 'bps_max/iops_max cannot be lower than bps/iops';
  }
  return undefined;
}
