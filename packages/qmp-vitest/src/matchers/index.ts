/**
 * Matchers for QMP. Importing this module adds them and their types to Vitest's `expect`. `qmp-vitest` does
 * that for you.
 *
 * @example
 * // vitest.config.ts of a project that has its own `test`
 * export default defineConfig({ test: { setupFiles: ['qmp-vitest/matchers'] } })
 *
 * @module
 */
import { expect, type MatcherState } from 'vitest';
import type { QmpErrorClass } from 'qmp-core';
import type { Pattern } from 'qmp-core/matching';
import type { MatchResult } from './match-result.ts';
import { toEmitEvent, type ToEmitEventOptions } from './event.ts';
import { toBeQmpError } from './qmp-error.ts';
import {
  toHaveReceivedCommand,
  toHaveReceivedCommands,
  toHaveReceivedCommandTimes,
  type ExpectedCommand,
  type ReceivedCommandsOptions,
} from './received.ts';
import { toMatchTranscript } from './transcript.ts';
import { withoutSecrets } from './without-secrets.ts';

export { transcriptOf } from './transcript.ts';
export type { ExpectedCommand, ReceivedCommandsOptions, ToEmitEventOptions };

/** A matcher with Vitest's state as its first parameter instead of as `this`. */
type StateFirst<A extends readonly unknown[], R> = (state: MatcherState, ...args: A) => R;

function register<A extends readonly unknown[]>(matcher: StateFirst<A, MatchResult>) {
  return function (this: MatcherState, ...args: A): MatchResult {
    return withoutSecrets(matcher(this, ...args));
  };
}

function registerAsync<A extends readonly unknown[]>(matcher: StateFirst<A, Promise<MatchResult>>) {
  return async function (this: MatcherState, ...args: A): Promise<MatchResult> {
    return withoutSecrets(await matcher(this, ...args));
  };
}

expect.extend({
  toBeQmpError: register(toBeQmpError),
  toEmitEvent: registerAsync(toEmitEvent),
  toHaveReceivedCommand: register(toHaveReceivedCommand),
  toHaveReceivedCommandTimes: register(toHaveReceivedCommandTimes),
  toHaveReceivedCommands: register(toHaveReceivedCommands),
  toMatchTranscript: register(toMatchTranscript),
});

// The two interfaces that are not generic in any of Vitest 4.1 to 5.1: the generic ones changed their
// parameters in 5.0.
declare global {
  // oxlint-disable-next-line typescript/no-namespace -- it is how chai's types are extended
  namespace Chai {
    interface Assertion {
      /**
       * The mock received this command at least once.
       *
       * @param args - Pattern for its arguments: at least these members; see {@link Pattern}. Default: any
       *   arguments.
       * @example expect(mock).toHaveReceivedCommand('eject', { device: 'cd0' })
       */
      toHaveReceivedCommand(name: string, args?: Pattern): void;
      /**
       * The mock received this command exactly `times` times.
       *
       * @example expect(mock).toHaveReceivedCommandTimes('query-status', 2)
       */
      toHaveReceivedCommandTimes(name: string, times: number): void;
      /**
       * The mock received these commands in this order. Others may have come in between, unless `exact` is
       * set.
       *
       * @example expect(mock).toHaveReceivedCommands(['stop', ['eject', { device: 'cd0' }], 'cont'])
       */
      toHaveReceivedCommands(commands: readonly ExpectedCommand[], options?: ReceivedCommandsOptions): void;
      /**
       * The event comes within `timeout`, or came and no wait has returned it yet. Await it.
       *
       * @param data - Pattern for the event's data: at least these members; see {@link Pattern}. Default: any
       *   data.
       * @example await expect(qmp).toEmitEvent('RESET', { guest: false }, { timeout: 1000 })
       */
      toEmitEvent(name: string, data?: Pattern, options?: ToEmitEventOptions): Promise<void>;
      /**
       * The value is the error that QEMU answered with.
       *
       * @param desc - QEMU's description: the exact text, or a {@link Pattern} such as a RegExp for a part of
       *   it.
       * @example await expect(qmp.execute('nope')).rejects.toBeQmpError('CommandNotFound')
       */
      toBeQmpError(errorClass: QmpErrorClass, desc?: Pattern): void;
      /**
       * The conversation equals the snapshot, apart from times, ids, versions and temporary paths.
       *
       * @example expect(qmp).toMatchTranscript()
       */
      toMatchTranscript(hint?: string): void;
    }
  }
}

declare module 'vitest' {
  interface AsymmetricMatchersContaining {
    /**
     * A {@link QmpCommandError} of this class:
     * `expect(results).toContainEqual(expect.toBeQmpError('DeviceNotFound'))`.
     */
    // oxlint-disable-next-line typescript/no-explicit-any -- as Vitest's own asymmetric matchers, it stands for anything
    toBeQmpError(errorClass: QmpErrorClass, desc?: Pattern): any;
    /** A mock that received this command. */
    // oxlint-disable-next-line typescript/no-explicit-any
    toHaveReceivedCommand(name: string, args?: Pattern): any;
    /** A mock that received this command `times` times. */
    // oxlint-disable-next-line typescript/no-explicit-any
    toHaveReceivedCommandTimes(name: string, times: number): any;
    /** A mock that received these commands in this order. */
    // oxlint-disable-next-line typescript/no-explicit-any
    toHaveReceivedCommands(commands: readonly ExpectedCommand[], options?: ReceivedCommandsOptions): any;
  }
}
