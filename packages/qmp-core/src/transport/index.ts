/**
 * The transport: byte streams to and from a monitor, without any knowledge of QMP.
 *
 * @module
 */
export {
  formatAddress,
  parseAddress,
  type QmpAddress,
  type QmpAddressInput,
  type QmpTls,
} from '../address.ts';
export { bind, type BoundAddress, type BoundServer } from './bind.ts';
export { dial, type DialOptions } from './dial.ts';
export { descriptorOf, openDescriptor } from './fd.ts';
export { checkPathLength, MAX_UNIX_PATH } from './unix-path.ts';
