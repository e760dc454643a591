import type { JsonObject } from 'qmp-core/wire';
import type { ExpectedCommand } from './expected-command.ts';
import type { Dialogue } from './scenario.ts';
import type { AddedHandler } from './added-handler.ts';

/** A command that neither the script nor the machine could answer as QEMU would. */
export interface UnhandledCommand {
  readonly name: string;
  /** Arguments of the first call. */
  readonly args: JsonObject | undefined;
  /** The thing that the mock doesn't model; `undefined` for a command that this QEMU doesn't have. */
  readonly what: string | undefined;
  count: number;
}

/** The final state of a script, for the report. */
export interface ScriptOutcome {
  readonly expected: readonly ExpectedCommand[];
  readonly dialogues: readonly Dialogue[];
  readonly handlers: ReadonlyMap<string, readonly AddedHandler[]>;
  readonly unhandledCommands: ReadonlyMap<string, UnhandledCommand>;
  readonly failures: readonly string[];
}
