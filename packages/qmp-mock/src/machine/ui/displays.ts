import type { Board } from '../setup/board.ts';
import {
  commandTable,
  deviceNotActive,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import {
  always,
  hmpTable,
  onlyUsage,
  showing,
  taking,
  unlessTouched,
  type HmpTable,
} from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { QDict } from '../../engine/json/value.ts';
import type { Setup } from '../setup/setup.ts';
import { mice, miceLines, type MiceParts, type Mouse } from './mice.ts';
import type { Subsystem } from '../subsystem.ts';

/** Parts of the machine that {@link Displays} needs. */
export interface DisplaysParts {
  readonly board: Board;
  readonly rules: Pick<MachineRules, 'noVncPassword' | 'mouseErrorPrefix'>;
  readonly setup: Setup;
  /** Its mice and tablets. */
  readonly input: MiceParts;
  /** An idle machine's answer to a query. */
  readonly recorded: (query: string) => unknown;
  /** Whether the guest's CPUs run. */
  readonly isRunning: () => boolean;
  /** Whether a descriptor of that name was passed. */
  readonly hasDescriptor: (name: string) => boolean;
}

/** Kinds of input events that the keyboard and the mouse of a PC take. */
const PS2_EVENTS = new Set(['key', 'btn', 'rel']);

/** Screens, remote displays and input (`qapi/ui.json`). There is no display. */
export class Displays implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: DisplaysParts;

  constructor(parts: DisplaysParts) {
    this.#parts = parts;
    const { rules, setup, recorded, hasDescriptor } = parts;
    const noVnc =
      (desc: string): MachineCommand =>
      (args, call) => {
        setup.require(call.name, 'displays');
        throw args.get('protocol') === 'spice' ? deviceNotActive('SPICE is not in use') : genericError(desc);
      };
    const query: MachineCommand = (_args, call) => {
      setup.require(call.name, 'displays');
      return recorded(call.name);
    };
    this.commands = commandTable({
      'query-vnc': query,
      'query-vnc-servers': query,
      'query-spice': query,
      'query-display-options': query,
      'query-mice': (_args, call) => mice(parts.input, call.name),
      set_password: noVnc(rules.noVncPassword),
      expire_password: noVnc('Could not set password expire time'),
      'change-vnc-password': noVnc(rules.noVncPassword),
      add_client: (args, call) => {
        const name = textOf(args, 'fdname');
        if (!hasDescriptor(name)) throw genericError(`File descriptor named '${name}' has not been found`);
        setup.require(call.name, 'displays');
        throw genericError('Invalid protocol');
      },
      client_migrate_info: (args, call) => {
        setup.require(call.name, 'displays');
        throw args.get('protocol') === 'spice'
          ? deviceNotActive('SPICE is not in use')
          : genericError("Parameter 'protocol' expects 'spice'");
      },
      'display-reload': (_args, call) => setup.require(call.name, 'displays'),
      'display-update': (_args, call) => {
        setup.require(call.name, 'displays');
        throw genericError('Can not find vnc display');
      },
      screendump: (args, call) => {
        if (args.has('head') && !args.has('device')) {
          throw genericError("'head' must be specified together with 'device'");
        }
        if (args.has('device')) this.#refuseDevice(textOf(args, 'device'), call.name);
        setup.require(call.name, 'consoles');
        throw genericError('There is no console to take a screendump from');
      },
      'send-key': () => undefined,
      'input-send-event': (args, call) => this.#takeInput(args, call.name),
    });
  }

  hmpCommands(): HmpTable {
    const { mouseErrorPrefix } = this.#parts.rules;
    const { setup } = this.#parts;
    return new Map([
      ...viaQmp(`
        screendump=screendump filename:file
        expire_password=expire_password protocol:string time:string
      `),
      ...hmpTable({
        mouse_move: taking('dx:string dy:string dz:string?', () => []),
        mouse_set: taking('index:integer', (given, context) =>
          unlessTouched(setup, ['input'], () => [
            `${mouseErrorPrefix}Mouse at index '${String(given.get('index'))}' not found`,
          ])(context),
        ),
        sendkey: onlyUsage('keys:string hold-time:integer?'),
        set_password: onlyUsage('protocol:string password:string connected:string?'),
        client_migrate_info: onlyUsage('protocol:string hostname:string port:integer?'),
        wavcapture: onlyUsage('path:file audiodev:string'),
      }),
    ]);
  }

  infoTopics(): HmpTable {
    const { setup } = this.#parts;
    return hmpTable({
      mice: showing<readonly Mouse[]>('query-mice', miceLines),
      vnc: unlessTouched(setup, ['displays'], always('None')),
      spice: unlessTouched(setup, ['displays'], always('Server: disabled')),
    });
  }

  #takeInput(args: QDict, command: string): void {
    const { board, setup, isRunning } = this.#parts;
    if (args.has('device')) this.#refuseDevice(textOf(args, 'device'), command);
    if (!isRunning()) throw genericError('VM not running');
    if (board.family === undefined) notModelled(`${command} of machine ${board.type}`);
    setup.require(command, 'input');
    for (const event of args.get('events') as QDict[]) {
      const type = textOf(event, 'type');
      if (board.family.hasPs2 && PS2_EVENTS.has(type)) continue;
      throw genericError(`Input handler not found for event type ${type}`);
    }
  }

  #refuseDevice(id: string, what: string): never {
    const { setup } = this.#parts;
    if (setup.mayName(id, 'consoles', 'devices')) notModelled(`${what} of ${id}`);
    throw deviceNotFound(id);
  }
}
