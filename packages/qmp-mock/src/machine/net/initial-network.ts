import { NotModelledError } from '../../engine/not-modelled.ts';
import { QmpCommandError } from 'qmp-core/errors';
import type { GivenOption } from '../machine-options.ts';
import { MacAddresses } from '../qdev/macs.ts';
import type { BackendContext } from './backend-context.ts';
import { hostPortsOf } from './host-ports.ts';
import { makeBackend, type Backend } from './net-backend.ts';
import { NetdevValues } from './netdev-values.ts';
import type { NetClient, NetTable } from './net-table.ts';

/** Parameters of `-nic` that are for its card. */
const CARD = ['model', 'mac', 'macaddr', 'addr', 'vectors'];
/** Models of cards by the names that `model=` has for them beside those of the types. */
const MODELS: Readonly<Record<string, string>> = { virtio: 'virtio-net-pci' };
/** Options without which a board has a network of its own. */
const NETWORK = /^(netdev|nic|net)$/;
/** The hub of `-net`. */
const HUB = 0;

/** Whether an argument of `-netdev` is read in the newer form (`netdev_is_modern` in `net/net.c`). */
const isModern = (argument: string): boolean => /^\s*\{|^(type=)?(stream|dgram)(,|$)/.test(argument);

/** Context of the networks that a command line asks for. */
export interface InitialNetworkContext {
  readonly given: readonly GivenOption[];
  /** The model of a card that isn't told; `undefined` for a board that makes no cards. */
  readonly defaultModel: string | undefined;
  /** Whether a machine with default devices has a card without being asked. */
  readonly hasDefaults: boolean;
  readonly backend: BackendContext;
}

/** A card that the board is to make. */
interface RequestedCard {
  /** Name of one of `-net nic`. */
  readonly name: string | undefined;
  readonly model: string | undefined;
  readonly mac: string;
  readonly peer: NetClient | undefined;
}

/** The network clients of a command line, in QEMU's order (`net_init_clients` in `net/net.c`). */
export class InitialNetwork {
  readonly #context: InitialNetworkContext;
  readonly #table: NetTable;
  readonly #macs = new MacAddresses();
  readonly #cards: RequestedCard[] = [];
  /** How many names have been made up. */
  #made = 0;

  /** @param table - Takes the clients. */
  constructor(context: InitialNetworkContext, table: NetTable) {
    this.#context = context;
    this.#table = table;
    const of = (name: string): NetdevValues[] =>
      context.given.flatMap((option) =>
        option.name === name ? [NetdevValues.ofOption(option.argument)] : [],
      );
    const netdevs = context.given.filter(({ name }) => name === 'netdev').map(({ argument }) => argument);
    // QEMU makes those first that it reads in the newer form.
    const ordered = [...netdevs.filter(isModern), ...netdevs.filter((argument) => !isModern(argument))];
    for (const values of ordered.map((argument) => NetdevValues.ofOption(argument)))
      if (values.id !== undefined) this.#addBackend(values.id, values, true);
    for (const values of of('nic')) if (values.type !== 'none') this.#addNic(values);
    const nets = of('net').filter(({ type }) => type !== 'none');
    for (const values of nets) this.#addNet(values);
    const isAsked = context.given.some(({ name }) => NETWORK.test(name));
    if (context.hasDefaults && !isAsked) {
      this.#addNet(NetdevValues.ofOption('nic'));
      this.#addNet(NetdevValues.ofOption('user'));
    }
    if (context.defaultModel === undefined) return;
    for (const { model = context.defaultModel, mac, peer } of this.#cards) {
      table.addCard(model, mac, undefined, peer);
    }
  }

  /** Addresses of the board's cards. */
  get macs(): readonly string[] {
    return this.#cards.map(({ mac }) => mac);
  }

  /** Models of the cards that the board makes; none if it makes the one that it has by default. */
  get cards(): readonly string[] {
    const { defaultModel, hasDefaults, given } = this.#context;
    if (defaultModel === undefined) return [];
    const isAsked = given.some(({ name }) => NETWORK.test(name));
    return hasDefaults && !isAsked ? [] : this.#cards.map(({ model }) => model ?? defaultModel);
  }

  /** Cards that the board doesn't make. */
  get uncreated(): readonly Pick<RequestedCard, 'name' | 'model'>[] {
    return this.#context.defaultModel === undefined ? this.#cards : [];
  }

  /** Ids of network backends in options of the older form. */
  get optionIds(): Set<string> {
    const older = this.#context.given.filter(
      ({ name, argument }) => name === 'netdev' && !isModern(argument),
    );
    return new Set(older.flatMap(({ argument }) => NetdevValues.ofOption(argument).id ?? []));
  }

  /** `-nic`: a backend, and a card in front of it. */
  #addNic(values: NetdevValues): void {
    const id = values.id ?? this.#makeUp();
    const peer = this.#addBackend(id, values.without(CARD), true);
    this.#addCard(undefined, values, values.get('mac') ?? values.get('macaddr'), peer);
  }

  /** `-net`: a card or a backend, on the hub unless it names another backend. */
  #addNet(values: NetdevValues): void {
    const { type } = values;
    const name = values.get('name') ?? values.id ?? this.#makeUp();
    const netdev = values.get('netdev');
    const other = netdev === undefined ? undefined : this.#table.backend(netdev);
    const peer = type === 'nic' && other !== undefined ? other : undefined;
    if (type === 'nic') {
      this.#addCard(name, values, values.get('macaddr'), peer ?? this.#table.addPort(HUB));
      return;
    }
    const port = this.#table.addPort(HUB);
    this.#addBackend(name, values.without(['name']), false, port.name);
  }

  #addCard(
    name: string | undefined,
    values: NetdevValues,
    given: string | undefined,
    peer: NetClient | undefined,
  ): void {
    const mac = given?.toLowerCase().replaceAll('-', ':') ?? this.#macs.next();
    this.#macs.take(mac);
    const model = values.get('model');
    const isKnown = model !== undefined && Object.hasOwn(MODELS, model);
    this.#cards.push({ name, model: isKnown ? MODELS[model] : model, mac, peer });
  }

  #addBackend(name: string, values: NetdevValues, isNetdev: boolean, peer = values.get('netdev')): NetClient {
    // `-nic` without a kind is a user network.
    const type = values.type === '' ? 'user' : values.type;
    const hub = type === 'hubport' ? Number(values.get('hubid')) : undefined;
    return this.#table.addBackend({ name, type, hub, isNetdev }, this.#make(type, values), peer);
  }

  #make(type: string, values: NetdevValues): Backend {
    try {
      return makeBackend(type, values, this.#context.backend);
    } catch (error) {
      // What can't be had was refused at the start; what isn't modelled is there, and says so.
      if (error instanceof NotModelledError || error instanceof QmpCommandError) {
        return { info: undefined, forwards: [], ports: hostPortsOf(values), guest: 0 };
      }
      throw error;
    }
  }

  /** An id of QEMU's (`id_generate`): its number, and two digits that QEMU throws dice for. */
  #makeUp(): string {
    return `#net${this.#made++}00`;
  }
}
