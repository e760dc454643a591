import type { Board } from '../board.ts';
import {
  commandTable,
  deviceNotActive,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
} from '../command.ts';
import { always, hmpTable, onlyUsage, taking, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Subsystem } from '../subsystem.ts';

/** What {@link Displays} needs of its machine. */
export interface DisplaysParts {
  readonly board: Board;
  readonly rules: Pick<MachineRules, 'noVncPassword' | 'mouseErrorPrefix'>;
  /** Whether the guest's CPUs run. */
  readonly isRunning: () => boolean;
  /** Whether a descriptor of that name was passed. */
  readonly hasDescriptor: (name: string) => boolean;
}

/** Screens, remote displays and input (`qapi/ui.json`). There is no display. */
export class Displays implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: DisplaysParts;

  constructor(parts: DisplaysParts) {
    this.#parts = parts;
    const { rules, isRunning, hasDescriptor } = parts;
    this.commands = commandTable({
      set_password: (args) => {
        if (args.get('protocol') === 'spice') throw deviceNotActive('SPICE is not in use');
        throw genericError(rules.noVncPassword);
      },
      expire_password: (args) => {
        throw args.get('protocol') === 'spice'
          ? deviceNotActive('SPICE is not in use')
          : genericError('Could not set password expire time');
      },
      'change-vnc-password': () => {
        throw genericError(rules.noVncPassword);
      },
      add_client: (args) => {
        const name = textOf(args, 'fdname');
        if (!hasDescriptor(name)) throw genericError(`File descriptor named '${name}' has not been found`);
        throw genericError('Invalid protocol');
      },
      client_migrate_info: () => {
        throw genericError("Parameter 'protocol' expects 'spice'");
      },
      'display-reload': () => undefined,
      'display-update': () => {
        throw genericError('Can not find vnc display');
      },
      screendump: (args) => {
        if (args.has('head') && !args.has('device')) {
          throw genericError("'head' must be specified together with 'device'");
        }
        if (args.has('device')) throw deviceNotFound(textOf(args, 'device'));
        throw genericError('There is no console to take a screendump from');
      },
      'send-key': () => undefined,
      'input-send-event': (args) => {
        if (args.has('device')) throw deviceNotFound(textOf(args, 'device'));
        if (!isRunning()) throw genericError('VM not running');
      },
    });
  }

  hmpCommands(): HmpTable {
    const { mouseErrorPrefix } = this.#parts.rules;
    return new Map([
      ...viaQmp(`
        screendump=screendump filename:file
        expire_password=expire_password protocol:string time:string
      `),
      ...hmpTable({
        mouse_move: taking('dx:string dy:string dz:string?', () => []),
        mouse_set: taking('index:integer', (given) => [
          `${mouseErrorPrefix}Mouse at index '${String(given.get('index'))}' not found`,
        ]),
        sendkey: onlyUsage('keys:string hold-time:integer?'),
        set_password: onlyUsage('protocol:string password:string connected:string?'),
        client_migrate_info: onlyUsage('protocol:string hostname:string port:integer?'),
        wavcapture: onlyUsage('path:file audiodev:string'),
      }),
    ]);
  }

  infoTopics(): HmpTable {
    const { bare } = this.#parts.board;
    return hmpTable({
      mice: () => [bare ? 'No mouse devices connected' : '* Mouse #2: QEMU PS/2 Mouse'],
      vnc: always('None'),
      spice: always('Server: disabled'),
    });
  }
}
