import type { QmpCommandError } from 'qmp-core/errors';
import { notModelled } from '../../../engine/not-modelled.ts';
import { QDict } from '../../../engine/json/value.ts';
import {
  commandTable,
  deviceNotActive,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../../command.ts';
import { HmpUsageError, readArguments, signature, type HmpArguments } from '../../hmp/arguments.ts';
import {
  complaintsOf,
  hmpTable,
  refusalOf,
  type HmpCommand,
  type HmpContext,
  type HmpOutput,
  type HmpTable,
} from '../../hmp/command.ts';
import type { MachineRules } from '../../machine-rules.ts';
import type { Setup } from '../../setup/setup.ts';
import type { Subsystem } from '../../subsystem.ts';
import { describeFirst, describeServer, serverLines } from './describe-vnc.ts';
import type { VncServer } from './vnc-server.ts';
import type { VncHost, VncPlace } from './vnc-servers.ts';

/** Parts of the machine that {@link VncCommands} needs. */
export interface VncCommandsParts {
  readonly rules: Pick<
    MachineRules,
    | 'noVncPassword'
    | 'noVncPasswordLine'
    | 'vncPasswordRefused'
    | 'vncPasswordRefusedLine'
    | 'vncConnected'
    | 'badExpireTime'
    | 'mouseErrorPrefix'
  >;
  readonly setup: Setup;
  /** The servers, in the order of the command line. */
  readonly servers: readonly VncServer[];
  readonly host: VncHost | undefined;
  /** The time, in seconds since 1970. */
  readonly now: () => number;
  /** Whether a descriptor with that name was passed. */
  readonly hasDescriptor: (name: string) => boolean;
}

const LARGEST = 2n ** 64n - 1n;
const PROTOCOLS = new Set(['vnc', 'spice']);
const CONNECTED = new Set(['keep', 'fail', 'disconnect']);

/**
 * VNC servers and their passwords (`qapi/ui.json`, `ui/vnc.c`), and those of SPICE as far as both share them.
 */
export class VncCommands implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: VncCommandsParts;

  constructor(parts: VncCommandsParts) {
    this.#parts = parts;
    const { setup, servers, hasDescriptor } = parts;
    const setPassword: MachineCommand = (args, call) => this.#setPassword(args, call.name);
    this.commands = commandTable({
      'query-vnc': (_args, call) => {
        this.#requireKnown(call.name);
        return describeFirst(servers[0]);
      },
      'query-vnc-servers': (_args, call) => {
        this.#requireKnown(call.name);
        return servers
          .map((server) => describeServer(server, server.options.values.get('display')))
          .toReversed();
      },
      set_password: setPassword,
      'change-vnc-password': setPassword,
      expire_password: (args, call) => this.#expirePassword(args, call.name),
      add_client: (args, call) => {
        const name = textOf(args, 'fdname');
        if (!hasDescriptor(name)) throw noDescriptor(name);
        setup.require(call.name, 'displays');
        if (servers.length > 0) notModelled(`${call.name} with -vnc`);
        throw genericError('Invalid protocol');
      },
      'display-reload': (args, call) => {
        this.#requireKnown(call.name);
        if (args.get('tls-certs') !== true) return;
        const [server] = servers;
        if (server === undefined) throw genericError('Can not find vnc display');
        if (server.options.auth !== 'vencrypt') throw genericError('vnc tls is not enabled');
        notModelled(`${call.name} of TLS certificates`);
      },
      'display-update': (args, call) => this.#update(args, call.name),
    });
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      set_password: withDisplay(
        'protocol:string password:string connected:string?',
        (given, display, context) =>
          refusalOfWords(given) ?? this.#passwordLine('set_password', argumentsOf(given, display), context),
      ),
      expire_password: withDisplay(
        'protocol:string time:string',
        (given, display, context) =>
          refusalOfWords(given) ??
          complaintsOf(() => context.qmp('expire_password', argumentsOf(given, display))),
      ),
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      vnc: ({ line }) => {
        this.#requireKnown(`the human monitor's "${line}"`);
        const { servers } = this.#parts;
        return servers.length === 0 ? ['None'] : servers.toReversed().flatMap(serverLines);
      },
    });
  }

  /** `change vnc`: the password is all that can be changed. */
  changeVnc(what: string, password: string | undefined, context: HmpContext): HmpOutput {
    if (what !== 'password' && what !== 'passwd') {
      return [`${this.#parts.rules.mouseErrorPrefix}Expected 'password' after 'vnc'`];
    }
    if (password === undefined) return ['terminal does not support password prompting'];
    return this.#passwordLine('change-vnc-password', new QDict([['password', password]]), context);
  }

  #setPassword(args: QDict, command: string): void {
    const { rules, servers } = this.#parts;
    this.#refuseSpice(args, command);
    // Only SPICE disconnects anybody.
    if ((args.get('connected') ?? 'keep') !== 'keep') throw genericError(rules.vncConnected);
    if (servers.length === 0) this.#requireKnown(command);
    const server = this.#server(args);
    if (server === undefined) throw genericError(rules.noVncPassword);
    if (server.options.auth === 'none') throw genericError(rules.vncPasswordRefused);
    server.password = textOf(args, 'password');
  }

  #expirePassword(args: QDict, command: string): void {
    const { rules, servers } = this.#parts;
    const time = textOf(args, 'time');
    const expires = this.#readTime(time);
    if (expires === undefined && rules.badExpireTime !== '') {
      throw genericError(rules.badExpireTime.replaceAll('%', () => time));
    }
    this.#refuseSpice(args, command);
    if (servers.length === 0) this.#requireKnown(command);
    const server = this.#server(args);
    if (server === undefined) throw genericError('Could not set password expire time');
    // Versions that don't refuse a wrong time read as much of it as is a number.
    server.expires = expires ?? Number.parseInt(time, 10);
    if (Number.isNaN(server.expires)) server.expires = 0;
  }

  /** The time in seconds since 1970; `undefined` for one that isn't a time. */
  #readTime(time: string): number | undefined {
    if (time === 'now') return 0;
    if (time === 'never') return Infinity;
    const relative = time.startsWith('+');
    const digits = relative ? time.slice(1) : time;
    if (!/^\s*[+-]?\d+$/.test(digits) || BigInt(digits.replace(/^\s*[+-]?/, '')) > LARGEST) return undefined;
    return relative ? this.#parts.now() + Number(digits) : Number(digits);
  }

  async #update(args: QDict, command: string): Promise<void> {
    const { servers, host } = this.#parts;
    this.#requireKnown(command);
    const [server] = servers;
    if (server === undefined) throw genericError('Can not find vnc display');
    const addresses = args.get('addresses') as QDict[] | undefined;
    if (addresses === undefined) return;
    if (host === undefined) notModelled(`${command} of a machine that has no sockets`);
    const places = addresses.map((address) => placeOf(address, command, this.#parts.hasDescriptor));
    try {
      await host.listen(server.id, places);
    } catch (error) {
      throw genericError((error as Error).message);
    }
  }

  #server(args: QDict): VncServer | undefined {
    const { servers } = this.#parts;
    return args.has('display') ? servers.find(({ id }) => id === args.get('display')) : servers[0];
  }

  #refuseSpice(args: QDict, what: string): void {
    if (args.get('protocol') !== 'spice') return;
    if (this.#parts.setup.has('spice')) notModelled(`${what} with -spice`);
    throw deviceNotActive('SPICE is not in use');
  }

  /** Servers that aren't on the command line: the one that QEMU starts if nothing else shows the screen. */
  #requireKnown(what: string): void {
    const { setup, servers } = this.#parts;
    if (servers.length === 0) setup.require(what, 'displays');
    if (servers.some(({ options }) => options.values.has('websocket'))) {
      notModelled(`${what} with websockets`);
    }
  }

  /** Sets a password by a line, whose refusals say more than those of the command. */
  #passwordLine(command: string, args: QDict, { qmp }: HmpContext): HmpOutput {
    const { rules } = this.#parts;
    try {
      qmp(command, args);
    } catch (error) {
      const words = refusalOf(error);
      const isThere = this.#server(args) !== undefined;
      if (isThere && words === rules.vncPasswordRefused) return rules.vncPasswordRefusedLine;
      if (!isThere && words === rules.noVncPassword) return rules.noVncPasswordLine;
      return [`Error: ${words}`];
    }
    return [];
  }
}

/** Reads the arguments of a line that may name a display (`-d ID`) after its first two words. */
function withDisplay(
  text: string,
  run: (given: HmpArguments, display: string | undefined, context: HmpContext) => HmpOutput,
): HmpCommand {
  const wanted = signature(text);
  return (context) => {
    const { names } = context;
    const [, words, flag, rest = ''] = /^(\S+\s+\S+)\s+-(\S)\s*([^]*)$/.exec(context.rest) ?? [];
    if (flag === undefined || words === undefined) {
      return run(readArguments(names, wanted, context.rest), undefined, context);
    }
    if (flag !== 'd') throw new HmpUsageError(`${names}: unsupported option -${flag}`);
    const [display] = /^\S+/.exec(rest) ?? [];
    if (display === undefined) throw new HmpUsageError(`${names}: value expected for -d`);
    return run(readArguments(names, wanted, words + rest.slice(display.length)), display, context);
  };
}

/** A word that isn't one of those that a protocol, or `connected`, may be. */
function refusalOfWords(given: HmpArguments): readonly string[] | undefined {
  for (const [name, known] of [
    ['protocol', PROTOCOLS],
    ['connected', CONNECTED],
  ] as const) {
    const word = given.get(name);
    if (word !== undefined && !known.has(String(word))) return [`Error: invalid parameter value: ${word}`];
  }
  return undefined;
}

function argumentsOf(given: HmpArguments, display: string | undefined): QDict {
  const args = new QDict([...given].map(([name, value]) => [name, String(value)]));
  if (display !== undefined) args.set('display', display);
  return args;
}

const noDescriptor = (name: string): QmpCommandError =>
  genericError(`File descriptor named '${name}' has not been found`);

/** An address of the schema; kinds that nobody has tried beside QEMU are not modelled. */
function placeOf(
  address: QDict,
  command: string,
  hasDescriptor: VncCommandsParts['hasDescriptor'],
): VncPlace {
  const type = textOf(address, 'type');
  if (type === 'unix') {
    if (address.get('abstract') === true) notModelled(`${command} of an abstract socket`);
    return { type, path: textOf(address, 'path') };
  }
  if (type === 'fd' && !hasDescriptor(textOf(address, 'str'))) throw noDescriptor(textOf(address, 'str'));
  if (type !== 'inet') notModelled(`${command} of an address of type ${type}`);
  for (const name of address.keys()) {
    if (!INET.has(name)) notModelled(`${command} with ${name}`);
  }
  const to = address.get('to');
  return {
    type,
    host: textOf(address, 'host'),
    port: textOf(address, 'port'),
    to: to === undefined ? undefined : Number(to),
    family: familyOf(address.get('ipv4'), address.get('ipv6')),
  };
}

const INET = new Set(['type', 'host', 'port', 'to', 'ipv4', 'ipv6', 'numeric']);

/** `inet_ai_family_from_address` in `util/qemu-sockets.c`, where the two don't exclude each other. */
function familyOf(ipv4: unknown, ipv6: unknown): 4 | 6 | undefined {
  if (ipv4 === true && ipv6 === true) return undefined;
  if (ipv6 === true || ipv4 === false) return 6;
  return ipv4 === true || ipv6 === false ? 4 : undefined;
}
