import { refuse, StartError } from '../command-line/start-error.ts';
import type { StartOption } from '../command-line/start-option.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import { isModernNetdev, whyNotNetdev } from '../command-line/argument-checks.ts';
import { pieces } from '../command-line/pieces.ts';
import { whyNotBackend } from './network-backends.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { StartContext } from './start-context.ts';

/** Parameters of a card of `-nic` and `-net nic`. */
const CARD = ['model', 'mac', 'macaddr', 'addr', 'vectors'];
const MAC = /^[\da-f]{1,2}([:-][\da-f]{1,2}){5}$/i;
/** Models that `-nic` names otherwise than the type. */
const ALIASES: Readonly<Record<string, string>> = { virtio: 'virtio-net-pci', ne2k_pci: 'ne2k_pci' };
/** Most cards (`MAX_NICS`). */
const MOST_CARDS = 8;

/**
 * The newer form of `-netdev` first, then the older, then `-nic` and `-net` (`net_init_clients` in QEMU's
 * `net/net.c`).
 */
export function checkNetworks(context: StartContext): void {
  const netdevs = context.of('netdev');
  const ids = new Set<string>();
  const check = (option: StartOption, make: () => void): void => {
    try {
      make();
    } catch (error) {
      throw error instanceof StartError ? error.at(option.location) : error;
    }
  };
  for (const modern of [true, false]) {
    for (const option of netdevs.filter((one) => isModernNetdev(one) === modern)) {
      check(option, () => checkNetdev(context, option, ids, modern));
    }
  }
  let cards = 0;
  for (const option of context.of('nic')) {
    if (option.get('type') === 'none') continue;
    check(option, () => {
      checkCard(context, option);
      cards += 1;
      if (cards > MOST_CARDS) refuse('no more on-board/default NIC slots available');
    });
  }
  for (const option of context.of('net')) check(option, () => checkNet(context, option, ids));
}

function checkNetdev(context: StartContext, option: StartOption, ids: Set<string>, modern: boolean): void {
  const refusal = modern ? undefined : whyNotNetdev(option, context.schema, []);
  if (refusal !== undefined) refuse(refusal);
  const id = option.get('id') ?? '';
  if (modern && !isIdentifier(id)) refuse("Parameter 'id' expects an identifier");
  if (ids.has(id)) refuse(`Duplicate ID '${id}' for netdev`);
  const why = whyNotBackend(context, valuesOf(option), ids);
  if (why !== undefined) refuse(why);
  ids.add(id);
}

/** Values, those that may be given again and again with a line feed between them. */
function valuesOf(option: StartOption): ReadonlyMap<string, string> {
  if (option.isJson) return option.values;
  const values = new Map<string, string>();
  for (const [name, value] of pieces(option.argument, 'type')) {
    const repeated = /^(host|guest)fwd$/.test(name) && values.has(name);
    values.set(name, repeated ? `${values.get(name)}\n${value}` : value);
  }
  return values;
}

function checkCard(context: StartContext, option: StartOption): void {
  const mac = option.get('mac') ?? option.get('macaddr');
  const backend = new Map([...valuesOf(option)].filter(([name]) => !CARD.includes(name)));
  const refusal = whyNotNetdev(
    option,
    context.schema,
    CARD.filter((name) => name !== 'addr'),
  );
  if (refusal !== undefined) refuse(refusal);
  const why = whyNotBackend(context, backend, new Set());
  if (why !== undefined) refuse(why);
  if (mac !== undefined && !MAC.test(mac)) refuse('invalid syntax for ethernet address');
}

function checkNet(context: StartContext, option: StartOption, ids: ReadonlySet<string>): void {
  const type = option.get('type') ?? '';
  if (type === 'none') return;
  if (type === 'hubport') refuse("network backend 'hubport' is only supported with -netdev/-nic");
  if (type !== 'nic') {
    if (!/^[\w-]+$/.test(type)) refuse(`Parameter 'type' does not accept value '${type}'`);
    const refusal = whyNotNetdev(option, context.schema, []);
    const why = refusal ?? whyNotBackend(context, valuesOf(option), ids);
    if (why !== undefined) refuse(why);
    return;
  }
  for (const name of option.values.keys()) {
    if (!['type', 'id', 'netdev', ...CARD].includes(name) || name === 'mac')
      refuse(`Invalid parameter '${name}'`);
  }
  const netdev = option.get('netdev');
  if (netdev !== undefined && !ids.has(netdev)) refuse(`netdev '${netdev}' not found`);
  const mac = option.get('macaddr');
  if (mac !== undefined && !MAC.test(mac)) refuse('invalid syntax for ethernet address');
}

/** Cards of `-nic` and `-net nic` that the board can't make. */
export function checkNics(context: StartContext): void {
  for (const option of context.of('nic', 'net')) {
    const model = option.get('model');
    if (model === undefined || model === 'none' || option.get('type') === 'none') continue;
    const type = Object.hasOwn(ALIASES, model) ? (ALIASES[model] ?? model) : model;
    if (context.types.has(type) || context.machine.kind === 'none') continue;
    notModelled(`a card of model ${model}`);
  }
}

/** A client of the network: a backend, a card, or a port of a hub. */
interface NetClient {
  readonly kind: 'netdev' | 'nic';
  readonly name: string;
  peer: boolean;
}

/** QEMU's warnings of clients that nothing is connected to (`net_check_clients`). */
export function warnOfPeers(context: StartContext): void {
  const isNetworked =
    context.has('nodefaults') || context.options.some(({ name }) => /^(netdev|nic|net)$/.test(name));
  if (!isNetworked || context.preconfig) return;
  const netdevs = [true, false].flatMap((modern) =>
    context.of('netdev').filter((option) => isModernNetdev(option) === modern),
  );
  const clients: NetClient[] = netdevs.map((option) => ({
    kind: 'netdev',
    name: option.get('id') ?? '',
    peer: false,
  }));
  const counts = new Map<string, number>();
  for (const option of context.of('device')) {
    const driver = typeNamed(context, option.get('driver') ?? '');
    if (context.types.properties(driver)?.some(({ name }) => name === 'netdev') !== true) continue;
    const count = counts.get(driver) ?? 0;
    counts.set(driver, count + 1);
    const backend = clients.find(({ kind, name }) => kind === 'netdev' && name === option.get('netdev'));
    if (backend !== undefined) backend.peer = true;
    clients.push({
      kind: 'nic',
      name: option.get('id') ?? `${driver}.${count}`,
      peer: backend !== undefined,
    });
  }
  warnOfHubs(context, netdevs, clients);
  warnOfFirstHub(context);
  for (const { kind, name, peer } of clients) if (!peer) context.warn(`${kind} ${name} has no peer`);
}

function typeNamed(context: StartContext, driver: string): string {
  return context.types.list().find(({ alias }) => alias === driver)?.name ?? driver;
}

/** Boards that make the cards of `-nic` and `-net nic`. */
const WITH_CARDS = new Set(['pc', 'q35', 'isapc']);

/** Hub 0 is that of `-net`; `-nic hubport` is a card on the hub that it names. */
function warnOfFirstHub(context: StartContext): void {
  if (!WITH_CARDS.has(context.machine.kind)) return;
  const kinds = context
    .of('net')
    .filter((option) => !option.values.has('netdev'))
    .map((option) => option.get('type'))
    .filter((type) => type !== 'none');
  const cards = kinds.filter((type) => type === 'nic').length;
  for (const option of context.of('nic').toReversed()) {
    if (option.get('type') !== 'hubport' || option.values.has('netdev')) continue;
    context.warn(`hub ${option.get('hubid')} is not connected to host network`);
  }
  if (kinds.length > 0 && cards === 0) context.warn('hub 0 with no nics');
  if (cards > 0 && cards === kinds.length) context.warn('hub 0 is not connected to host network');
}

/** Ports of hubs, newest first. */
function warnOfHubs(
  context: StartContext,
  netdevs: readonly StartOption[],
  clients: readonly NetClient[],
): void {
  const hubs = new Map<number, StartOption[]>();
  for (const option of netdevs) {
    if (option.get('type') !== 'hubport') continue;
    const id = Number(option.get('hubid'));
    hubs.set(id, [...(hubs.get(id) ?? []), option]);
  }
  for (const [hub, ports] of [...hubs].toReversed()) {
    let card = false;
    let backend = false;
    for (const port of ports.toReversed()) {
      const name = port.get('id') ?? '';
      if (port.get('netdev') !== undefined) backend = true;
      else if (clients.find((client) => client.name === name && client.kind === 'netdev')?.peer === true)
        card = true;
      else context.warn(`hub port ${name} has no peer`);
    }
    if (backend && !card) context.warn(`hub ${hub} with no nics`);
    if (card && !backend) context.warn(`hub ${hub} is not connected to host network`);
  }
}
