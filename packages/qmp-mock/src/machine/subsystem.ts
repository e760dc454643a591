import type { CommandTable } from './command.ts';
import type { HmpTable } from './hmp/command.ts';

/** A part of the machine with what it answers. Names are disjoint between subsystems. */
export interface Subsystem {
  /** Its QMP commands. */
  readonly commands?: CommandTable;
  /** Its commands of the human monitor, by their first name; asked for once, with the first line. */
  hmpCommands?(): HmpTable;
  /** Its topics of `info`. */
  infoTopics?(): HmpTable;
}
