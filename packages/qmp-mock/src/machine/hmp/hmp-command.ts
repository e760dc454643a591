import type { CommandCall } from '../../engine/monitor/command-host.ts';
import type { Machine } from '../machine.ts';

/** A line for the human monitor that the mock does not model. */
export class UnmodelledHmpCommand extends Error {}

/** What a command of the human monitor is given. */
export interface HmpContext {
  /** The machine. */
  readonly machine: Machine;
  /** The command with its aliases, as lists and complaints give it: `stop|s`. */
  readonly names: string;
  /** The rest of the line, without surrounding space. */
  readonly rest: string;
  /** The QMP call that the line came with, if it did. */
  readonly call: CommandCall | undefined;
}

/** A command of the human monitor: gives the lines that it prints. */
export type HmpCommand = (context: HmpContext) => readonly string[];
