import {
  commandTable,
  deviceNotActive,
  genericError,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import { hmpTable, showing, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

const NO_BALLOON = 'No balloon device has been activated';
const MIB = 1024 * 1024;

/** Parts of the machine that {@link Balloon} needs. */
export interface BalloonParts {
  readonly setup: Setup;
  readonly rules: Pick<MachineRules, 'balloonSize'>;
  /** Memory of the machine with its modules, in bytes. */
  readonly memory: () => number;
  /** Models of the devices that are there. */
  readonly models: () => readonly string[];
}

/**
 * The balloon, by which a guest gives memory back (`qapi/machine.json`). A guest that doesn't drive it gives
 * nothing back, whatever it is asked for.
 */
export class Balloon implements Subsystem {
  readonly commands: CommandTable;

  constructor(parts: BalloonParts) {
    const withBalloon =
      (run: MachineCommand): MachineCommand =>
      (args, call) => {
        if (parts.setup.isInDoubt('devices')) notModelled(call.name);
        if (!parts.models().some((model) => model.startsWith('virtio-balloon-'))) {
          throw deviceNotActive(NO_BALLOON);
        }
        return run(args, call);
      };
    this.commands = commandTable({
      balloon: withBalloon((args) => {
        if (Number(args.get('value')) <= 0) throw genericError(parts.rules.balloonSize);
        return undefined;
      }),
      'query-balloon': withBalloon(() => ({ actual: parts.memory() })),
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp('balloon=balloon value:number');
  }

  infoTopics(): HmpTable {
    return hmpTable({
      balloon: showing<{ actual: number }>('query-balloon', ({ actual }) => [
        `balloon: actual=${Math.trunc(actual / MIB)}`,
      ]),
    });
  }
}
