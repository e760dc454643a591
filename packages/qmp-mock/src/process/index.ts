/**
 * Parts of a QEMU process, for programs that stand in for `qemu-system-*` themselves.
 *
 * @module
 */
export { Opening, type OpeningOptions } from './opening.ts';
export { VirtualQemu, type VirtualQemuOptions } from './virtual-qemu.ts';
export { END_SIGNALS, terminationNotice, type EndSignal } from './end-signal.ts';
export type { ClientStream, Host, Listener, SocketHost, SocketRequest } from './host.ts';
export type { HostFiles } from './host-files.ts';
export { NodeHost } from './node/node-host.ts';
export { ProcessHost } from './node/process-host.ts';
export { NODE_FILES } from './node/files.ts';
export { NODE_IMAGE_FILES } from './node/image-files.ts';
export { whyNotBound } from './node/ports.ts';
export { dialTo, inheritSocket, listenAt } from './node/sockets.ts';
export { senderName } from './node/sender-name.ts';
export type { SocketPlace } from './command-line/socket-address.ts';
export { loadProfile, readProfile } from '../version/load-profile.ts';
export { findVersion, nearestVersion, type VersionFolder } from '../version/version-folders.ts';
export type { QemuProfile } from '../engine/profile.ts';
export {
  readArguments,
  type ReadArguments,
  type ReadArgumentsOptions,
} from './command-line/read-arguments.ts';
export type { Printed } from './command-line/option-help.ts';
export { duplexPair } from './chardev/duplex-pair.ts';
export { dropOnHangUp } from './chardev/hang-up.ts';
export { StartError } from './command-line/start-error.ts';
export { qmpChardevs, type StartPlan } from './command-line/start-plan.ts';
export { blankPicture } from '../machine/ui/picture.ts';
export { leavePidFiles } from './node/pid-file.ts';
