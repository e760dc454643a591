import { encodeUtf8 } from '../../../engine/bytes.ts';
import type { Clock } from '../../../engine/clock.ts';
import { QDict, type QValue } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import type { CommandCall } from '../../../engine/monitor/command-host.ts';
import { commandTable, genericError, textOf, type CommandTable } from '../../command.ts';
import type { HmpTable } from '../../hmp/command.ts';
import { isIdentifier } from '../../identifier.ts';
import type { MachineRules } from '../../machine-rules.ts';
import type { Setup } from '../../setup/setup.ts';
import type { Subsystem } from '../../subsystem.ts';
import type { NbdBitmap, NbdDisk, NbdExport } from '../nbd/export.ts';
import type { NbdHost } from '../nbd/nbd-host.ts';
import { MAX_STRING } from '../nbd/protocol.ts';
import { NbdServer } from '../nbd/server.ts';
import { nbdLines } from './nbd-lines.ts';

const NO_SERVER = 'NBD server not running';

/** A node that an export has taken. */
export interface TakenNode {
  readonly disk: NbdDisk;
  /** Bitmaps of the node and of those below, by name; throws QEMU's refusal. */
  bitmap(wanted: QValue): NbdBitmap;
  /** Forbids others to change the size. */
  keepSize(): void;
  /** Gives the node back. */
  release(): void;
}

/** A node that can be exported. */
export interface ExportableNode {
  readonly name: string;
  readonly readOnly: boolean;
}

/** Nodes of the block graph, as exports need them. */
export interface ExportNodes<Node extends ExportableNode = ExportableNode> {
  /** Finds a node by the name of a device or a node; throws QEMU's refusal. */
  lookup(device: string, node: string): Node;
  /** Takes a node for an export; throws QEMU's refusal. */
  take(node: Node, writable: boolean): TakenNode;
  /** Calls back when the medium of the device goes. */
  onEject(device: string, gone: () => void): void;
}

/** Parts of the machine that {@link BlockExports} needs. */
export interface BlockExportsParts {
  readonly nodes: ExportNodes;
  readonly setup: Setup;
  readonly rules: Pick<MachineRules, 'nbdExtendedHeaders' | 'newestExportEndsFirst'>;
  readonly clock: Clock;
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  /** Whether a user has made an object with that id, of that type if one is given. */
  readonly hasObject: (id: string, type?: string) => boolean;
  /** Whether a monitor has been given a descriptor with that name. */
  readonly hasDescriptor: (name: string) => boolean;
  /** Sockets; without them, NBD servers aren't modelled. */
  readonly host: NbdHost | undefined;
}

interface BlockExport {
  readonly id: string;
  readonly node: string;
  readonly taken: TakenNode;
  readonly nbd: NbdExport;
  isShuttingDown: boolean;
}

/**
 * Nodes that others can use over the network, and the NBD server that serves them
 * (`qapi/block-export.json`, `block/export/export.c`, `blockdev-nbd.c`).
 */
export class BlockExports implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: BlockExportsParts;
  /** By id, oldest first. */
  readonly #exports = new Map<string, BlockExport>();
  #server: NbdServer | undefined;

  constructor(parts: BlockExportsParts) {
    this.#parts = parts;
    const { setup } = parts;
    this.commands = commandTable({
      'nbd-server-start': (args, call) => {
        setup.require(call.name, 'exports');
        return this.#start(args);
      },
      'nbd-server-stop': (_args, call) => {
        setup.require(call.name, 'exports');
        if (this.#server === undefined) throw genericError(NO_SERVER);
        this.end();
      },
      'nbd-server-add': (args, call) => this.#addToServer(args, call),
      'block-export-add': (args, call) => this.#add(args, call),
      'block-export-del': (args, call) => this.#remove(textOf(args, 'id'), args.get('mode'), call),
      'nbd-server-remove': (args, call) => this.#remove(textOf(args, 'name'), args.get('mode'), call),
      'query-block-exports': (_args, call) => {
        setup.require(call.name, 'exports');
        return [...this.#exports.values()].toReversed().map((each) => ({
          'node-name': each.node,
          'shutting-down': each.isShuttingDown,
          type: 'nbd',
          id: each.id,
        }));
      },
    });
  }

  hmpCommands(): HmpTable {
    return nbdLines(() => this.#server !== undefined);
  }

  /** Ends the server and its exports: `nbd-server-stop`, or the end of the machine. */
  end(): void {
    const server = this.#server;
    const all = [...this.#exports.values()];
    if (this.#parts.rules.newestExportEndsFirst) all.reverse();
    for (const each of all) {
      server?.remove(each.nbd);
      this.#delete(each);
    }
    this.release();
  }

  /** Ends the server without a word. */
  release(): void {
    this.#server?.stop();
    this.#server = undefined;
  }

  async #start(args: QDict): Promise<void> {
    const { host, clock, rules } = this.#parts;
    if (this.#server !== undefined) throw genericError('NBD server already running');
    const address = args.get('addr') as QDict;
    this.#checkAddress(address, args);
    if (host === undefined) notModelled('an NBD server');
    const server = new NbdServer({
      clock,
      extended: rules.nbdExtendedHeaders,
      maxConnections: numberOf(args.get('max-connections')),
      handshakeSeconds: numberOf(args.get('handshake-max-seconds')),
    });
    let listening;
    try {
      listening = await host.listen(address, (stream) => server.accept(stream));
    } catch (error) {
      throw genericError((error as Error).message);
    }
    server.listening = listening;
    const why = this.#whyNotTls(args, address);
    if (why !== undefined) {
      server.stop();
      throw genericError(why);
    }
    this.#server = server;
  }

  #checkAddress(address: QDict, args: QDict): void {
    const type = textOf(address, 'type');
    const data = address.get('data') as QDict;
    if (type === 'fd') {
      const name = textOf(data, 'str');
      if (this.#parts.hasDescriptor(name)) notModelled('an NBD server on a descriptor');
      throw genericError(`File descriptor named '${name}' has not been found`);
    }
    if (type !== 'unix' && type !== 'inet') notModelled(`an NBD server at an address of type ${type}`);
    for (const member of ['to', 'abstract', 'mptcp']) {
      if (data.has(member)) notModelled(`an NBD server at an address with ${member}`);
    }
    if (args.has('tls-authz')) notModelled('an NBD server with tls-authz');
  }

  /** Looks at the credentials once the socket is bound, as QEMU does. */
  #whyNotTls(args: QDict, address: QDict): string | undefined {
    if (!args.has('tls-creds')) return undefined;
    const id = textOf(args, 'tls-creds');
    if (!this.#parts.hasObject(id)) return `No TLS credentials with id '${id}'`;
    if (address.get('type') === 'unix' && this.#parts.hasObject(id, 'tls-creds-x509')) {
      return 'TLS is only supported with IPv4/IPv6';
    }
    return notModelled('an NBD server with TLS');
  }

  /** `nbd-server-add`: what can't be written is exported read-only. */
  #addToServer(args: QDict, call: CommandCall): void {
    const device = textOf(args, 'device');
    const node = this.#parts.nodes.lookup(device, device);
    const id = args.has('name') ? textOf(args, 'name') : device;
    const options = new QDict([
      ['type', 'nbd'],
      ['id', id],
      ['node-name', node.name],
      ['name', id],
    ]);
    if (args.get('writable') === true && !node.readOnly) options.set('writable', true);
    if (args.has('description')) options.set('description', textOf(args, 'description'));
    if (args.has('bitmap')) options.set('bitmaps', [textOf(args, 'bitmap')]);
    this.#add(options, call);
    this.#parts.nodes.onEject(device, () => {
      const found = this.#exports.get(id);
      if (found !== undefined) this.#shutDown(found);
    });
  }

  #add(args: QDict, call: CommandCall): void {
    const { nodes, setup, hasObject } = this.#parts;
    setup.require(call.name, 'exports');
    const id = textOf(args, 'id');
    if (!isIdentifier(id)) throw genericError('Invalid block export id');
    if (this.#exports.has(id)) throw genericError(`Block export id '${id}' is already in use`);
    const node = nodes.lookup('', textOf(args, 'node-name'));
    const writable = args.get('writable') === true;
    if (writable && node.readOnly) throw genericError('Cannot export read-only node as writable');
    const iothread = textOf(args, 'iothread');
    if (args.has('iothread') && !hasObject(iothread, 'iothread')) {
      throw genericError(`iothread "${iothread}" not found`);
    }
    if (args.get('type') !== 'nbd') notModelled(`an export of type ${textOf(args, 'type')}`);
    const taken = nodes.take(node, writable);
    try {
      const nbd = this.#exportOf(args, taken, writable);
      this.#server?.add(nbd);
      this.#exports.set(id, { id, node: node.name, taken, nbd, isShuttingDown: false });
    } catch (error) {
      taken.release();
      throw error;
    }
  }

  #exportOf(args: QDict, taken: TakenNode, writable: boolean): NbdExport {
    const server = this.#server;
    if (server === undefined) throw genericError(NO_SERVER);
    const name = textOf(args, args.has('name') ? 'name' : 'node-name');
    const description = args.has('description') ? textOf(args, 'description') : undefined;
    if (encodeUtf8(name).length > MAX_STRING) throw genericError(`export name '${name}' too long`);
    if (description !== undefined && encodeUtf8(description).length > MAX_STRING) {
      throw genericError(`description '${description}' too long`);
    }
    if (server.find(name) !== undefined) {
      throw genericError(`NBD server already has export named '${name}'`);
    }
    taken.keepSize();
    const bitmaps = ((args.get('bitmaps') ?? []) as QValue[]).map((each) => taken.bitmap(each));
    const { multiConnection } = server;
    const showsDepth = args.get('allocation-depth') === true;
    return { name, description, writable, disk: taken.disk, bitmaps, showsDepth, multiConnection };
  }

  #remove(id: string, mode: QValue | undefined, call: CommandCall): void {
    this.#parts.setup.require(call.name, 'exports');
    const found = this.#exports.get(id);
    if (found === undefined) throw genericError(`Export '${id}' is not found`);
    if (found.isShuttingDown) throw genericError(`Export '${id}' is already shutting down`);
    const isUsed = this.#server?.isUsed(found.nbd) === true;
    if (isUsed && mode !== 'hard') throw genericError(`export '${id}' still in use`);
    // Those who use it have to leave first, which takes QEMU a moment.
    if (isUsed) this.#shutDown(found, call);
    else this.#shutDown(found);
  }

  #shutDown(found: BlockExport, call?: CommandCall): void {
    found.isShuttingDown = true;
    this.#server?.remove(found.nbd);
    if (call === undefined) this.#delete(found);
    else call.afterReply(() => this.#delete(found));
  }

  #delete(found: BlockExport): void {
    if (!this.#exports.delete(found.id)) return;
    found.taken.release();
    this.#parts.emit('BLOCK_EXPORT_DELETED', { id: found.id });
  }
}

function numberOf(value: QValue | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
