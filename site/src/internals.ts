// What qmp-mock does not export: its parts as they are built, without a process around them.
export type { Bus, Device } from '../../packages/qmp-mock/build/machine/qdev/device-tree.js';
export {
  ImageError,
  type ByteFile,
  type ImageFiles,
} from '../../packages/qmp-mock/build/machine/block/image/byte-file.js';
export { makeImage } from '../../packages/qmp-mock/build/machine/block/image/make-image.js';
export type { QemuProfile } from '../../packages/qmp-mock/build/engine/profile.js';
export type { Clock } from '../../packages/qmp-mock/build/engine/clock.js';
export type { Host } from '../../packages/qmp-mock/build/process/host.js';
export type { HostFiles } from '../../packages/qmp-mock/build/process/host-files.js';
export { duplexPair } from '../../packages/qmp-mock/build/process/chardev/duplex-pair.js';
export { readArguments } from '../../packages/qmp-mock/build/process/command-line/read-arguments.js';
export { StartError } from '../../packages/qmp-mock/build/process/command-line/start-error.js';
export { VirtualQemu } from '../../packages/qmp-mock/build/process/virtual-qemu.js';
