/**
 * A QMP server that answers as QEMU does, and that a test scripts.
 *
 * @module
 */
export { MockQmp, type HandlerHandle } from './mock/mock-qmp.ts';
export { QemuStartError } from './mock/qemu-start-error.ts';
export { DEFAULT_QEMU_ARGS } from './process/command-line/default-arguments.ts';
export type { Host } from './process/host.ts';
export type { MockQmpOptions, NotModelledCall } from './mock/mock-options.ts';
export { exactly, type Exactly, type Pattern } from 'qmp-core/matching';
export { NO_REPLY } from './engine/monitor/command-host.ts';
export { MockVerificationError } from './mock/script/verification-error.ts';
export { MockClock, type MockClockOptions } from './mock/mock-clock.ts';
export type { WaitingDelay } from './mock/script/waiting.ts';
export { SystemClock } from './process/node/system-clock.ts';
export type { Clock, Waiting } from './engine/clock.ts';
export type { Expectation } from './mock/script/expectation.ts';
export type { Scenario, ScenarioWriter } from './mock/script/scenario.ts';
export type {
  Answer,
  AnswerSequence,
  EmitArguments,
  EmitOptions,
  Handler,
  HandlerCall,
  HandlerContext,
  HandlerFunction,
  HandleOptions,
  JsonData,
  ScriptedReturn,
} from './mock/script/types.ts';
export { FaultProxy, type FaultProxyOptions } from './cassette/proxy/fault-proxy.ts';
export type { Faults } from './mock/fault/faults.ts';
export type { FaultHandle, FaultTarget } from './mock/fault/fault-rule.ts';
export type { MockConnection } from './process/chardev/connection.ts';
export type { DialOptions, MonitorOptions } from './process/monitor-sockets.ts';
export type { Journal, JournalFilter } from './mock/journal/journal.ts';
export type { JournalEntry, JournalKind } from './mock/journal/entry.ts';
export type { Received, ReceivedCommand } from './mock/journal/received.ts';
export type { WaitForCommandOptions } from './mock/journal/command-waiter.ts';
export type { Machine } from './machine/machine.ts';
export type { CompatPolicy, MachineActions, MachineOptions } from './machine/machine-options.ts';
export type { Guest } from './machine/guest/guest.ts';
export type { Jobs } from './machine/jobs/engine/jobs.ts';
export type { DiskError, FailOptions, JobControl } from './machine/jobs/engine/job-control.ts';
export type { GuestConsent, GuestKind } from './machine/guest/consent.ts';
export type { GuestInput, GuestInputEvent } from './machine/guest/input.ts';
export type { Inventory, InventoryDevice, InventoryDrive } from './machine/views/inventory.ts';
export type { ScreenPicture } from './machine/guest/screen.ts';
export { installedVersion } from './version/installed.ts';
export type { QemuVersionName } from './engine/profile.ts';
export { QemuVersionError } from './version/version-error.ts';
export * from './cassette/index.ts';
