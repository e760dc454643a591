import type { JsonObject } from 'qmp-core/wire';
import type { ExpectedCommand } from './expected-command.ts';
import type { Dialogue } from './scenario.ts';
import type { Stub } from './script.ts';

/** A command that nothing handled. */
export interface UnhandledCommand {
  readonly name: string;
  /** Arguments of the first that came. */
  readonly args: JsonObject | undefined;
  /** `modelled`: QEMU has the command, the mock does not model it. `unknown`: this QEMU has no such command. */
  readonly why: 'modelled' | 'unknown';
  count: number;
}

/** What a script knows at its end. */
export interface Findings {
  readonly expected: readonly ExpectedCommand[];
  readonly dialogues: readonly Dialogue[];
  readonly stubs: ReadonlyMap<string, readonly Stub[]>;
  readonly unhandledCommands: ReadonlyMap<string, UnhandledCommand>;
  readonly failures: readonly string[];
}
