/**
 * Vitest fixtures that start QEMU or a QMP mock and hand the test a connected client.
 *
 * @module
 */
import './matchers/index.ts';

export { test, withQmp, type QmpFixtures, type SharedQmpFixtures, type WithQmpOptions } from './fixtures.ts';
export type { PrepareMachine, SharedMachine } from './shared.ts';
export { expect } from 'vitest';
export { describeBackends, type BackendVariant } from './describe-backends.ts';
export type { FakeQemu } from './fake-qemu/fake-qemu.ts';
export type { FailOptions, RefusedCommandLine } from './fake-qemu/failures.ts';
export type { NextOptions } from './fake-qemu/machine-queue.ts';
export type { ImageCommand } from './fake-qemu/fixture-directory.ts';
export type { FakeQemuProcess, QemuSignal } from './fake-qemu/fake-qemu-process.ts';
export type { QemuCommand } from './fake-qemu/qemu-command.ts';
export type { OptionFilter, StartFilter } from './fake-qemu/start-filter.ts';
export { requireQemu } from './require-qemu.ts';
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
} from './qemu/wait.ts';
export {
  QemuError,
  QemuExitError,
  QemuLaunchError,
  QemuNotFoundError,
  QemuStopError,
  type QemuErrorCode,
  type QemuExit,
} from './qemu/errors.ts';
export type {
  LaunchQemuOptions,
  LaunchStorageDaemonOptions,
  LocateOptions,
  OutputMatch,
  QemuConsole,
  QemuOptions,
  QemuOutput,
  QemuProcess,
  QemuRequirements,
  QemuStop,
  QemuStopOptions,
  QemuTransport,
  QemuVersion,
  ScreenshotOptions,
  WaitLimits,
} from './qemu/index.ts';
export { transcriptOf } from './matchers/index.ts';
export { exactly, type Exactly, type Pattern } from 'qmp-core/matching';
export type {
  Launch,
  LaunchOptions,
  MockMachine,
  QemuMachine,
  QmpMachine,
  CassetteMachine,
} from './launch.ts';
export type { CassetteOptions } from './cassette/options.ts';
export type { QmpBackend, QmpTestOptions, QmpTransport } from './options.ts';
export type { QmpStoryArtifact, QmpTaskMeta } from './report/attach.ts';
