/**
 * Builders of QEMU's big replies, for handlers: give what a test is about, get the rest as QEMU would say it.
 *
 * @module
 */
export { blockNode, type BlockNodeOptions } from './block-node.ts';
export { blockDevice, type BlockDeviceOptions } from './block-device.ts';
export { blockStats, type BlockStatsOptions } from './block-stats.ts';
export { blockJob, job, type BlockJobInfoOptions, type JobOptions } from './job.ts';
export { memoryDevice, type MemoryDeviceOptions } from './memory-device.ts';
export { migrationInfo, type MigrationInfoOptions } from './migration-info.ts';
export type {
  BlockDevice,
  BlockJobInfo,
  BlockNodeInfo,
  BlockStats,
  BuildOptions,
  JobInfo,
  MemoryDeviceInfo,
  MigrationInfo,
} from './types.ts';
