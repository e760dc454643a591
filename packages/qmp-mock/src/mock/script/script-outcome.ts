import type { JsonObject } from 'qmp-core/wire';
import type { ExpectedCommand } from './expected-command.ts';
import type { Dialogue } from './scenario.ts';
import type { AddedHandler } from './added-handler.ts';

/** A command that nothing answered as QEMU would. */
export interface UnhandledCommand {
  readonly name: string;
  /** Arguments of the first that came. */
  readonly args: JsonObject | undefined;
  /** The thing that the mock does not model; `undefined` for a command that this QEMU does not have. */
  readonly what: string | undefined;
  count: number;
}

/** Everything that a script knows at its end, for the report. */
export interface ScriptOutcome {
  readonly expected: readonly ExpectedCommand[];
  readonly dialogues: readonly Dialogue[];
  readonly handlers: ReadonlyMap<string, readonly AddedHandler[]>;
  readonly unhandledCommands: ReadonlyMap<string, UnhandledCommand>;
  readonly failures: readonly string[];
}
