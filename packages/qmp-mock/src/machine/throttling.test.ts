import { expect, test } from 'vitest';
import { whyNotThrottled } from './throttling.ts';

test.each<[Record<string, number>, string | undefined]>([
  [{ 'bps-total': 1000, 'bps-total-max': 2000, 'bps-total-max-length': 10 }, undefined],
  [
    { 'bps-total': 1, 'bps-read': 1 },
    'bps/iops/max total values and read/write values cannot be used at the same time',
  ],
  [{ 'iops-size': 1 }, 'iops size requires an iops value to be set'],
  [{ 'iops-read': -1 }, 'bps/iops/max values must be within [0, 1000000000000000]'],
  [{ 'bps-read': 1, 'bps-read-max-length': 2 }, 'burst length set without burst rate'],
  [
    { 'bps-total': 1000, 'bps-total-max': 1e11, 'bps-total-max-length': 1e5 },
    'burst length too high for this burst rate',
  ],
  [{ 'bps-write-max': 1 }, 'bps_max/iops_max require corresponding bps/iops values'],
  [{ 'bps-write': 2, 'bps-write-max': 1 }, 'bps_max/iops_max cannot be lower than bps/iops'],
])('limits %j', (limits, refusal) => {
  expect(whyNotThrottled((name) => limits[name])).toBe(refusal);
});
