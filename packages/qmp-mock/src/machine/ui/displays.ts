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
  complaintsOf,
  hmpTable,
  notModelledLine,
  onlyUsage,
  showing,
  taking,
  unlessTouched,
  type HmpContext,
  type HmpTable,
} from '../hmp/command.ts';
import type { HmpArguments } from '../hmp/arguments.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { GivenOption } from '../machine-options.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import type { Setup } from '../setup/setup.ts';
import { mice, miceLines, type MiceParts, type Mouse } from './mice.ts';
import type { Subsystem } from '../subsystem.ts';
import { blackPng, blackPpm, type Size } from './picture.ts';
import { vncServers, type VncServer } from './vnc-servers.ts';

/** Parts of the machine that {@link Displays} needs. */
export interface DisplaysParts {
  readonly board: Board;
  readonly rules: Pick<
    MachineRules,
    | 'noVncPassword'
    | 'vncPasswordRefused'
    | 'vncConnected'
    | 'badExpireTime'
    | 'screendumpCreate'
    | 'mouseErrorPrefix'
  >;
  readonly setup: Setup;
  /** Its mice and tablets. */
  readonly input: MiceParts;
  /** An idle machine's answer to a query. */
  readonly recorded: (query: string) => unknown;
  /** Whether the guest's CPUs run. */
  readonly isRunning: () => boolean;
  /** Whether a descriptor of that name was passed. */
  readonly hasDescriptor: (name: string) => boolean;
  /** The command line. */
  readonly given: readonly GivenOption[];
  /** Models of the graphics cards that have an id, by it. */
  readonly screens: () => ReadonlyMap<string, string>;
  /** Whether there is a graphics card. */
  readonly mayHaveScreen: () => boolean;
  /** Whether the guest has run. */
  readonly hasRun: () => boolean;
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
  /** Writes a file; left out if the program can't. */
  readonly writeFile: ((path: string, bytes: Uint8Array) => void) | undefined;
}

/** Screen of a graphics card once its firmware has run: text of 80 columns and 25 lines. */
const TEXT_SCREEN: Size = { width: 720, height: 400 };
/** Screen before that. */
const FIRST_SCREEN: Size = { width: 640, height: 480 };
/** Cards that may have more than one screen. */
const MANY_HEADS = /^(virtio-(gpu|vga)|qxl|vhost-user-)/;
/** A refusal to which no version adds a hint. */
const PLAIN_REFUSAL = 'Could not set password';
/** Index of the mouse of a PC. */
const PS2_MOUSE = 2n;

/** Kinds of input events that the keyboard and the mouse of a PC take. */
const PS2_EVENTS = new Set(['key', 'btn', 'rel']);

/** Screens, remote displays and input (`qapi/ui.json`). There is no display. */
export class Displays implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: DisplaysParts;

  constructor(parts: DisplaysParts) {
    this.#parts = parts;
    const { rules, setup, recorded, hasDescriptor } = parts;
    const servers = vncServers(parts.given);
    const server = (args: QDict): VncServer | undefined =>
      args.has('display') ? servers.find(({ id }) => id === args.get('display')) : servers[0];
    const refuseSpice = (args: QDict, what: string): void => {
      if (args.get('protocol') !== 'spice') return;
      if (setup.has('spice')) notModelled(`${what} with -spice`);
      throw deviceNotActive('SPICE is not in use');
    };
    const setPassword: MachineCommand = (args, call) => {
      refuseSpice(args, call.name);
      // Only SPICE disconnects anybody.
      if ((args.get('connected') ?? 'keep') !== 'keep') throw genericError(rules.vncConnected);
      if (servers.length === 0) {
        setup.require(call.name, 'displays');
        throw genericError(rules.noVncPassword);
      }
      const asked = server(args);
      if (asked === undefined) throw genericError(rules.noVncPassword);
      if (asked.takesPassword === undefined) notModelled(`${call.name} with ${setup.touching('displays')}`);
      if (!asked.takesPassword) throw genericError(rules.vncPasswordRefused);
    };
    const query: MachineCommand = (_args, call) => {
      setup.require(call.name, 'displays');
      return recorded(call.name);
    };
    this.commands = commandTable({
      'query-vnc': query,
      'query-vnc-servers': query,
      'query-spice': (_args, call) => {
        if (setup.has('spice')) notModelled(`${call.name} with -spice`);
        return recorded(call.name);
      },
      'query-display-options': query,
      'query-mice': (_args, call) => mice(parts.input, call.name),
      set_password: setPassword,
      expire_password: (args, call) => {
        const time = textOf(args, 'time');
        if (rules.badExpireTime !== '' && !/^(now|never|\+?\d+)$/.test(time)) {
          throw genericError(rules.badExpireTime.replaceAll('%', () => time));
        }
        refuseSpice(args, call.name);
        if (servers.length === 0) setup.require(call.name, 'displays');
        if (server(args) === undefined) throw genericError('Could not set password expire time');
      },
      'change-vnc-password': setPassword,
      add_client: (args, call) => {
        const name = textOf(args, 'fdname');
        if (!hasDescriptor(name)) throw genericError(`File descriptor named '${name}' has not been found`);
        setup.require(call.name, 'displays');
        throw genericError('Invalid protocol');
      },
      client_migrate_info: (args, call) => {
        refuseSpice(args, call.name);
        throw genericError("Parameter 'protocol' expects 'spice'");
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
        const size = this.#sizeOf(args, call.name);
        this.#write(textOf(args, 'filename'), args.get('format') === 'png' ? blackPng(size) : blackPpm(size));
      },
      'send-key': () => undefined,
      'input-send-event': (args, call) => this.#takeInput(args, call.name),
    });
  }

  hmpCommands(): HmpTable {
    const { setup, board, rules } = this.#parts;
    const { mouseErrorPrefix } = rules;
    return new Map([
      ...viaQmp(`
        client_migrate_info=client_migrate_info protocol:string hostname:string port:integer? tls-port:integer? cert-subject:string?
      `),
      ...hmpTable({
        mouse_move: taking('dx:string dy:string dz:string?', () => []),
        mouse_button: taking('state:integer', () => []),
        mouse_set: taking('index:integer', (given, context) =>
          unlessTouched(setup, ['input'], () =>
            board.family?.hasPs2 === true && given.get('index') === PS2_MOUSE
              ? []
              : [`${mouseErrorPrefix}Mouse at index '${String(given.get('index'))}' not found`],
          )(context),
        ),
        screendump: taking('filename:file device:string? head:integer?', (given, context) => {
          // A format may stand between the others.
          if (String(given.get('device') ?? '').startsWith('-')) notModelledLine(context);
          const args = new QDict([...given].map(([name, value]) => [name, asArgument(value)]));
          return complaintsOf(() => context.qmp('screendump', args));
        }),
        set_password: (context) => {
          // `-d` names a display.
          if (/(^|\s)-d/.test(context.rest)) notModelledLine(context);
          this.#requireBareRefusal(context);
          return setPasswordByLine(context);
        },
        expire_password: taking('protocol:string time:string', (given, context) => {
          if (/(^|\s)-d/.test(context.rest)) notModelledLine(context);
          return aboutProtocol(given, context, 'expire_password');
        }),
        stopcapture: taking('n:integer', () => []),
        sendkey: onlyUsage('keys:string hold-time:integer?'),
        wavcapture: onlyUsage('path:file audiodev:string'),
      }),
    ]);
  }

  /** `change vnc`: the password is all that can be changed. */
  changeVnc(what: string, password: string | undefined, context: HmpContext): readonly string[] {
    if (what !== 'password' && what !== 'passwd') {
      return [`${this.#parts.rules.mouseErrorPrefix}Expected 'password' after 'vnc'`];
    }
    if (password === undefined) return ['terminal does not support password prompting'];
    this.#requireBareRefusal(context);
    return complaintsOf(() => context.qmp('change-vnc-password', new QDict([['password', password]])));
  }

  /**
   * A server that wants no password says more to the human monitor than its refusal; in newer versions a
   * missing one does, too.
   */
  #requireBareRefusal(context: HmpContext): void {
    const { given, rules } = this.#parts;
    const [first] = vncServers(given);
    const saysMore = first === undefined ? rules.noVncPassword !== PLAIN_REFUSAL : !first.takesPassword;
    if (saysMore) notModelledLine(context);
  }

  infoTopics(): HmpTable {
    const { setup } = this.#parts;
    return hmpTable({
      mice: showing<readonly Mouse[]>('query-mice', miceLines),
      vnc: unlessTouched(setup, ['displays'], always('None')),
      spice: (context) => (setup.has('spice') ? notModelledLine(context) : ['Server: disabled']),
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

  /** The size of the screen that a `screendump` is of. Throws QEMU's refusal if there is none. */
  #sizeOf(args: QDict, what: string): Size {
    const { screens, setup, hasRun, mayHaveScreen } = this.#parts;
    if (args.has('device')) {
      const id = textOf(args, 'device');
      const model = screens().get(id);
      if (model === undefined) this.#refuseDevice(id, what);
      const head = Number(args.get('head') ?? 0);
      if (head > 0 && MANY_HEADS.test(model)) notModelled(`${what} of another head of ${model}`);
      if (head > 0) throw genericError(`Device ${id} (head ${head}) is not bound to a QemuConsole`);
    } else if (!mayHaveScreen()) {
      setup.require(what, 'consoles');
      throw genericError('There is no console to take a screendump from');
    }
    return hasRun() ? TEXT_SCREEN : FIRST_SCREEN;
  }

  #write(path: string, bytes: Uint8Array): void {
    const { whyNotWritable, writeFile } = this.#parts;
    const why = whyNotWritable(path);
    if (why !== undefined) {
      throw genericError(`${this.#parts.rules.screendumpCreate.replaceAll('%', () => path)}: ${why}`);
    }
    if (writeFile === undefined) notModelled('the picture of a screen here');
    writeFile(path, bytes);
  }

  #refuseDevice(id: string, what: string): never {
    const { setup } = this.#parts;
    if (setup.mayName(id, 'consoles', 'devices')) notModelled(`${what} of ${id}`);
    throw deviceNotFound(id);
  }
}

const PROTOCOLS = new Set(['vnc', 'spice']);
const CONNECTED = new Set(['keep', 'fail', 'disconnect']);

/** A line about one kind of remote display. */
function aboutProtocol(given: HmpArguments, { qmp }: HmpContext, command: string): readonly string[] {
  for (const [name, known] of [
    ['protocol', PROTOCOLS],
    ['connected', CONNECTED],
  ] as const) {
    const word = given.get(name);
    if (word !== undefined && !known.has(String(word))) return [`Error: invalid parameter value: ${word}`];
  }
  const args = new QDict([...given].map(([name, value]) => [name, String(value)]));
  return complaintsOf(() => qmp(command, args));
}

const setPasswordByLine = taking('protocol:string password:string connected:string?', (given, context) =>
  aboutProtocol(given, context, 'set_password'),
);

const asArgument = (value: string | bigint | boolean): QValue =>
  typeof value === 'bigint' ? Number(value) : value;
