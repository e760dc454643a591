/**
 * A QMP server that answers as QEMU does, and that a test scripts.
 *
 * @module
 */
export { MockQmp, type HandlerHandle } from './mock-qmp.ts';
export type { MockQmpOptions, UnhandledCall } from './mock-options.ts';
export { exactly, type Pattern } from './script/matching.ts';
export { NO_REPLY } from './monitor/command-host.ts';
export { MockVerificationError } from './script/verification-error.ts';
export { MockClock, SystemClock, type Clock, type MockClockOptions } from './clock.ts';
export type { Expectation } from './script/expectation.ts';
export type { Scenario, ScenarioWriter } from './script/scenario.ts';
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
} from './script/types.ts';
export { FaultProxy, type FaultProxyOptions } from './proxy/fault-proxy.ts';
export type { Faults } from './fault/faults.ts';
export type { FaultHandle, FaultTarget } from './fault/fault-rule.ts';
export type { MockConnection } from './chardev/connection.ts';
export type { DialOptions } from './chardev/monitors.ts';
export type { Journal, JournalFilter } from './journal/journal.ts';
export type { JournalEntry, JournalKind } from './journal/entry.ts';
export type { Received, ReceivedCommand } from './journal/received.ts';
export type { WaitForCommandOptions } from './journal/command-waiter.ts';
export type { Machine } from './machine/machine.ts';
export type { CompatPolicy, MachineActions, MachineOptions } from './machine/machine-options.ts';
export type { Guest } from './machine/guest.ts';
export type { QemuVersionName } from './profile/profile.ts';
export * from './cassette/index.ts';
