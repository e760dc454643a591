import { noCounters } from '../machine/block/query/block-stats.ts';
import { machineRules } from '../machine/machine-rules.ts';
import { loadProfile } from '../version/load-profile.ts';
import { givenMembers, type BlockStats, type BuildOptions, type Given } from './types.ts';

/** Options of {@link blockStats}. Any further member replaces the one that QEMU would have. */
export interface BlockStatsOptions extends Given<Omit<BlockStats, 'stats'>> {
  /** Counters; the others are 0. */
  stats?: Given<BlockStats['stats']> | undefined;
}

/**
 * Builds an entry of `query-blockstats`: a drive that came by `-blockdev`, and of which nobody has read
 * anything yet.
 *
 * @throws QemuVersionError if the version isn't there.
 * @example
 * mock.handle('query-blockstats', [
 *   blockStats({ qdev: 'disk0', 'node-name': 'root', stats: { wr_bytes: 4096, wr_operations: 1 } }),
 * ]);
 */
export function blockStats(options: BlockStatsOptions, { qemu }: BuildOptions = {}): BlockStats {
  const { stats, ...given } = options;
  const counters = noCounters(true, machineRules(loadProfile(qemu)));
  const own = { ...counters, ...givenMembers(stats ?? {}) };
  return { device: '', ...givenMembers(given), stats: own } as unknown as BlockStats;
}
