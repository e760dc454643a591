import type { CommandCall } from '../../monitor/command-host.ts';
import type { Machine } from '../machine.ts';

/** What a command of the human monitor is given. */
export interface HmpContext {
  /** The machine. */
  readonly machine: Machine;
  /** The rest of the line, without surrounding space. */
  readonly rest: string;
  /** The QMP call that the line came with, if it did. */
  readonly call: CommandCall | undefined;
}

/** A command of the human monitor: gives the lines that it prints. */
export type HmpCommand = (context: HmpContext) => readonly string[];
