import { commandTable, deviceNotActive, type CommandTable } from '../command.ts';
import { hmpTable, notModelledLine, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

const BALLOON = /balloon/;
const NO_BALLOON = 'No balloon device has been activated';

/** The balloon, by which a guest gives memory back (`qapi/machine.json`). There is none. */
export class Balloon implements Subsystem {
  readonly commands: CommandTable;
  readonly #setup: Setup;

  constructor(setup: Setup) {
    this.#setup = setup;
    const refuse = (_args: unknown, call: { readonly name: string }): never => {
      if (setup.hasDevice(BALLOON)) notModelled(`${call.name} with a balloon device`);
      throw deviceNotActive(NO_BALLOON);
    };
    this.commands = commandTable({ balloon: refuse, 'query-balloon': refuse });
  }

  hmpCommands(): HmpTable {
    return viaQmp('balloon=balloon value:number');
  }

  infoTopics(): HmpTable {
    return hmpTable({
      balloon: (context) =>
        this.#setup.hasDevice(BALLOON) ? notModelledLine(context) : [`Error: ${NO_BALLOON}`],
    });
  }
}
