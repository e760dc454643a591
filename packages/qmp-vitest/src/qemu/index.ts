/**
 * Tools for a real QEMU: find it, start it, wait for it, and clean up after it. They work in any program, not
 * only under Vitest.
 *
 * @module
 */
export { launchQemu, launchStorageDaemon, type LaunchStorageDaemonOptions } from './launch.ts';
export { QemuProcess } from './process.ts';
export { DEFAULT_QEMU_ARGS } from 'qmp-mock';
export type { LaunchQemuOptions, QemuOptions, QemuStopOptions, QemuTransport } from './options.ts';
export {
  allOf,
  anyOf,
  eventOf,
  exitOf,
  outputOf,
  runState,
  waitFor,
  type Condition,
  type EventConditionOptions,
  type FirstOf,
} from './wait.ts';
export type { WaitLimits } from './limits.ts';
export { QemuConsole } from './console.ts';
export { QemuOutput, type OutputMatch } from './output.ts';
export type { ScreenshotOptions } from './screenshot.ts';
export type { QemuStop } from './shutdown.ts';
export { missingRequirement, type QemuRequirements } from './require.ts';
export { locateQemu, locateStorageDaemon, type LocateOptions } from './locate.ts';
export type { QemuVersion } from './version.ts';
export {
  QemuError,
  QemuExitError,
  QemuLaunchError,
  QemuNotFoundError,
  QemuStopError,
  type QemuErrorCode,
  type QemuExit,
} from './errors.ts';
