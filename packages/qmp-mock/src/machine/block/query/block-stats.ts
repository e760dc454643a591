import type { BlockBackend } from '../backend/block-backend.ts';
import { Statistics } from '../backend/statistics.ts';
import type { BlockNode } from '../graph/node.ts';

/** How versions show statistics. */
export interface StatsRules {
  /** Appends to zones are counted. */
  readonly blockZoneStats: boolean;
}

const NONE = new Statistics();

/** A node as `query-blockstats` with `query-nodes` shows it. */
export function nodeStats(node: BlockNode, rules: StatsRules): Record<string, unknown> {
  return { stats: counters(NONE, false, node.writtenUpTo, rules), ...nodeMembers(node, rules) };
}

/** A drive as `query-blockstats` shows it. */
export function backendStats(backend: BlockBackend, rules: StatsRules): Record<string, unknown> {
  const node = backend.node?.skippingImplicit;
  return {
    device: backend.name,
    ...(backend.device !== undefined && { qdev: backend.device.name }),
    stats: counters(backend.statistics, true, node?.writtenUpTo ?? 0, rules),
    ...(node !== undefined && nodeMembers(node, rules)),
  };
}

function nodeMembers(node: BlockNode, rules: StatsRules): Record<string, unknown> {
  const specific = node.behaviour.statistics?.();
  const parent = node.children.find(({ role }) => role !== 'cow')?.node;
  const { backing } = node;
  return {
    'node-name': node.name,
    ...(specific !== undefined && { 'driver-specific': specific }),
    ...(parent !== undefined && { parent: nodeStats(parent, rules) }),
    ...(backing !== undefined && { backing: nodeStats(backing, rules) }),
  };
}

const OPERATIONS = ['rd', 'wr', 'zone_append', 'flush', 'unmap'] as const;
const WITH_BYTES = ['rd', 'wr', 'zone_append', 'unmap'] as const;

/** The counters of something that nobody has read or written yet. */
export function noCounters(isBackend: boolean, rules: StatsRules): Record<string, unknown> {
  return counters(NONE, isBackend, 0, rules);
}

/** Counters in the order of `BlockDeviceStats`: members with the same hash are printed by it. */
function counters(
  statistics: Statistics,
  isBackend: boolean,
  highest: number,
  { blockZoneStats }: StatsRules,
): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  type Kind = (typeof OPERATIONS)[number];
  const each = (
    kinds: readonly Kind[],
    name: (kind: Kind) => string,
    value: (kind: Kind) => number,
  ): void => {
    for (const kind of kinds) {
      if (kind !== 'zone_append' || blockZoneStats) members[name(kind)] = value(kind);
    }
  };
  const none = (): number => 0;
  each(
    WITH_BYTES,
    (kind) => `${kind}_bytes`,
    (kind) => (kind === 'zone_append' ? 0 : statistics.bytes(kind)),
  );
  each(
    OPERATIONS,
    (kind) => `${kind}_operations`,
    (kind) => (kind === 'zone_append' ? 0 : statistics.operations(kind)),
  );
  each(OPERATIONS, (kind) => `${kind}_total_time_ns`, none);
  members['wr_highest_offset'] = highest;
  each(WITH_BYTES, (kind) => `${kind}_merged`, none);
  each(OPERATIONS, (kind) => `failed_${kind}_operations`, none);
  each(OPERATIONS, (kind) => `invalid_${kind}_operations`, none);
  members['account_invalid'] = isBackend;
  members['account_failed'] = isBackend;
  members['timed_stats'] = [];
  return members;
}
