/**
 * Builders of QEMU's big replies, for handlers: give what a test is about, get the rest as QEMU would say it.
 *
 * @module
 */
export { blockNode, type BlockNodeOptions } from './block-node.ts';
export { blockDevice, type BlockDeviceOptions } from './block-device.ts';
export type { BlockDevice, BlockNodeInfo, BuildOptions } from './types.ts';
