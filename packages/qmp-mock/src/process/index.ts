/**
 * A QEMU process without the process: for programs that stand in for `qemu-system-*` themselves.
 *
 * @module
 */
export { Opening, type OpeningOptions } from './opening.ts';
export { VirtualQemu, type EndSignal, type VirtualQemuOptions } from './virtual-qemu.ts';
export type { ClientStream, Host, HostFiles, Listener, SocketHost, SocketRequest } from './host.ts';
export { NodeHost } from './node/node-host.ts';
export {
  readArguments,
  type ReadArguments,
  type ReadArgumentsOptions,
} from './command-line/read-arguments.ts';
export { StartError } from './command-line/start-error.ts';
export type { StartPlan } from './command-line/start-plan.ts';
