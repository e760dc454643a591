/**
 * Parts that a test with a machine needs, loaded when the first one asks for them: most of the time that an
 * import of this package would take is spent in here.
 *
 * @module
 */
export { Cleanup } from './cleanup.ts';
export { settle } from './report/settle.ts';
export { Scratch } from './scratch.ts';
export { QmpSession } from './session.ts';
export { SharedMachine } from './shared.ts';
export { Starter } from './starter.ts';
