import { describeDifferences, Matcher, visible } from 'qmp-core/internal';
import type { Difference, Pattern } from 'qmp-core/matching';
import type { ReceivedCommand } from 'qmp-mock';
import type { MatcherState } from 'vitest';
import type { MatchResult } from './match-result.ts';
import { receivedBy } from './subject.ts';

/** An expected command: its name, or its name and a pattern for its arguments. */
export type ExpectedCommand = string | readonly [name: string, args?: Pattern];

/**
 * `toHaveReceivedCommand(name, args?)`: the mock received the command at least once, with these arguments.
 */
export function toHaveReceivedCommand(
  state: MatcherState,
  actual: unknown,
  name: string,
  args?: Pattern,
): MatchResult {
  const received = receivedBy(actual, 'toHaveReceivedCommand');
  const expected = new Expected([name, args]);
  const named = received.filter((command) => command.execute === name);
  const pass = named.some((command) => expected.matches(command));
  const hint = matcherHint(state, 'toHaveReceivedCommand', args === undefined ? 'name' : 'name, arguments');
  const message = (): string => {
    if (pass)
      return `${hint}\n\nExpected not to have received ${String(expected)}.\n\n${listReceived(received)}`;
    if (named.length === 0)
      return `${hint}\n\nExpected to have received ${String(expected)}.\n\n${listReceived(received)}`;
    const times = named.length === 1 ? 'once' : `${named.length} times`;
    const why = describeDifferences(expected.differences(named.at(-1)!)).map((line) => `  ${line}`);
    return [
      `${hint}\n\nReceived ${name} ${times}, but never with these arguments.\n\n${listReceived(named)}`,
      `The last one differs:\n${why.join('\n')}`,
    ].join('\n\n');
  };
  const nearest = named.at(-1);
  if (pass || nearest === undefined) return { pass, message };
  return { pass, message, actual: nearest.arguments ?? {}, expected: args };
}

/** `toHaveReceivedCommandTimes(name, times)`: the mock received the command exactly `times` times. */
export function toHaveReceivedCommandTimes(
  state: MatcherState,
  actual: unknown,
  name: string,
  times: number,
): MatchResult {
  const received = receivedBy(actual, 'toHaveReceivedCommandTimes');
  const count = received.filter((command) => command.execute === name).length;
  const hint = matcherHint(state, 'toHaveReceivedCommandTimes', 'name, times');
  return {
    pass: count === times,
    message: () =>
      `${hint}\n\nExpected ${state.isNot ? 'not ' : ''}to have received ${name} ${timesText(times)}; ` +
      `received it ${timesText(count)}.\n\n${listReceived(received)}`,
  };
}

/** Options of the matcher `toHaveReceivedCommands`. */
export interface ReceivedCommandsOptions {
  /**
   * Whether the mock must not have received any other command. Default: false, others may come in between.
   */
  exact?: boolean | undefined;
}

/** `toHaveReceivedCommands([...])`: the mock received these commands in this order. */
export function toHaveReceivedCommands(
  state: MatcherState,
  actual: unknown,
  commands: readonly ExpectedCommand[],
  options: ReceivedCommandsOptions = {},
): MatchResult {
  const received = receivedBy(actual, 'toHaveReceivedCommands');
  const expected = commands.map((command) => new Expected(pair(command)));
  let found = 0;
  for (const command of received) if (expected[found]?.matches(command) === true) found++;
  const inOrder = found === expected.length;
  const pass = inOrder && (options.exact !== true || received.length === expected.length);
  const hint = matcherHint(state, 'toHaveReceivedCommands', 'commands');
  return {
    pass,
    message: () => {
      if (pass) return `${hint}\n\nExpected not to have received these commands in this order.`;
      if (inOrder) return `${hint}\n\nExpected nothing else to have been received.`;
      const after = found === 0 ? '' : ` after ${expected[found - 1]?.name}`;
      return `${hint}\n\nExpected to have received ${String(expected[found])}${after}.`;
    },
    ...(pass
      ? {}
      : {
          actual: received.map((command, index) => comparable(command, commands[index])),
          expected: commands.map((command) =>
            pair(command)[1] === undefined ? pair(command)[0] : pair(command),
          ),
        }),
  };
}

/**
 * Shows a received command in the form of the expected one beside it, so that a diff shows only what differs.
 */
function comparable(command: ReceivedCommand, beside: ExpectedCommand | undefined): unknown {
  const withArguments = beside === undefined ? hasMembers(command.arguments) : pair(beside)[1] !== undefined;
  return withArguments ? [command.execute, command.arguments ?? {}] : command.execute;
}

function hasMembers(args: unknown): boolean {
  return typeof args === 'object' && args !== null && Object.keys(args).length > 0;
}

function pair(command: ExpectedCommand): readonly [string, unknown] {
  return typeof command === 'string' ? [command, undefined] : [command[0], command[1]];
}

/** An expected command. It compares as `mock.expect` and a wait for an event do. */
class Expected {
  readonly name: string;
  readonly #matcher: Matcher | undefined;

  constructor([name, args]: readonly [string, Pattern]) {
    this.name = name;
    this.#matcher = args === undefined ? undefined : new Matcher(args);
  }

  matches(command: ReceivedCommand): boolean {
    return command.execute === this.name && this.#matcher?.matches(command.arguments ?? {}) !== false;
  }

  differences(command: ReceivedCommand): Difference[] {
    return this.#matcher?.differences(command.arguments ?? {}) ?? [];
  }

  toString(): string {
    return this.#matcher === undefined ? this.name : `${this.name} ${String(this.#matcher)}`;
  }
}

function timesText(count: number): string {
  return count === 1 ? 'once' : count === 0 ? 'never' : `${count} times`;
}

const LISTED = 20;

function listReceived(received: readonly ReceivedCommand[]): string {
  if (received.length === 0) return 'It received no command.';
  const shown = received.slice(-LISTED);
  const heading =
    shown.length < received.length ? `The last ${LISTED} of ${received.length} received:` : 'Received:';
  return [heading, ...shown.map((command) => `  ${describeReceived(command)}`)].join('\n');
}

function describeReceived(command: ReceivedCommand): string {
  return hasMembers(command.arguments)
    ? visible(`${command.execute} ${printJson(command.arguments)}`)
    : command.execute;
}

function printJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member));
}

function matcherHint(state: MatcherState, name: string, expected: string): string {
  return state.utils.matcherHint(name, 'mock', expected, { isNot: state.isNot, promise: state.promise });
}
