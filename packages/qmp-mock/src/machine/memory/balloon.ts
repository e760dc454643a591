import { commandTable, deviceNotActive, type CommandTable } from '../command.ts';
import { always, hmpTable, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { Subsystem } from '../subsystem.ts';

const NO_BALLOON = 'No balloon device has been activated';

/** The balloon, by which a guest gives memory back (`qapi/machine.json`). There is none. */
export class Balloon implements Subsystem {
  readonly commands: CommandTable = commandTable({
    balloon: () => {
      throw deviceNotActive(NO_BALLOON);
    },
  });

  hmpCommands(): HmpTable {
    return viaQmp('balloon=balloon value:number');
  }

  infoTopics(): HmpTable {
    return hmpTable({ balloon: always(`Error: ${NO_BALLOON}`) });
  }
}
