import { refuse, StartError } from '../command-line/start-error.ts';
import { StartOption } from '../command-line/start-option.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import { isModernNetdev, whyNotNetdev } from '../command-line/argument-checks.ts';
import { NetdevValues } from '../../machine/net/netdev-values.ts';
import { whyNotBackend, type NetworksBefore } from './network-backends.ts';
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
  const before: NetworksBefore = { names: new Set(), ports: [] };
  const check = (option: StartOption, make: () => void): void => {
    try {
      make();
    } catch (error) {
      throw error instanceof StartError ? error.at(option.location) : error;
    }
  };
  for (const modern of [true, false]) {
    for (const option of netdevs.filter((one) => isModernNetdev(one) === modern)) {
      check(option, () => checkNetdev(context, option, before, modern));
    }
  }
  let cards = 0;
  for (const option of context.of('nic')) {
    if (option.get('type') === 'none') continue;
    check(option, () => {
      checkCard(context, option.values.has('type') ? option : ofUser(option), before);
      cards += 1;
      if (cards > MOST_CARDS) refuse('no more on-board/default NIC slots available');
    });
  }
  for (const option of context.of('net')) check(option, () => checkNet(context, option, before));
}

function checkNetdev(
  context: StartContext,
  option: StartOption,
  before: NetworksBefore,
  modern: boolean,
): void {
  const ids = before.names;
  const refusal = modern ? undefined : whyNotNetdev(option, context.schema, []);
  if (refusal !== undefined) refuse(refusal);
  const id = option.get('id') ?? '';
  if (modern && !isIdentifier(id)) refuse("Parameter 'id' expects an identifier");
  if (ids.has(id)) refuse(`Duplicate ID '${id}' for netdev`);
  const why = whyNotBackend(context, NetdevValues.ofOption(option.argument), before);
  if (why !== undefined) refuse(why);
  ids.add(id);
}

/** `-nic` without a kind is a user network. */
function ofUser({ name, argument, location }: StartOption): StartOption {
  return new StartOption(name, `type=user,${argument}`, location);
}

function checkCard(context: StartContext, option: StartOption, before: NetworksBefore): void {
  const mac = option.get('mac') ?? option.get('macaddr');
  const backend = NetdevValues.ofOption(option.argument).without(CARD);
  const refusal = whyNotNetdev(
    option,
    context.schema,
    CARD.filter((name) => name !== 'addr'),
  );
  if (refusal !== undefined) refuse(refusal);
  const why = whyNotBackend(context, backend, before);
  if (why !== undefined) refuse(why);
  if (mac !== undefined && !MAC.test(mac)) refuse('invalid syntax for ethernet address');
}

function checkNet(context: StartContext, option: StartOption, before: NetworksBefore): void {
  const type = option.get('type') ?? '';
  if (type === 'none') return;
  if (type === 'hubport') refuse("network backend 'hubport' is only supported with -netdev/-nic");
  if (type !== 'nic') {
    if (!/^[\w-]+$/.test(type)) refuse(`Parameter 'type' does not accept value '${type}'`);
    const refusal = whyNotNetdev(option, context.schema, []);
    const why = refusal ?? whyNotBackend(context, NetdevValues.ofOption(option.argument), before);
    if (why !== undefined) refuse(why);
    return;
  }
  for (const name of option.values.keys()) {
    if (!['type', 'id', 'netdev', ...CARD].includes(name) || name === 'mac')
      refuse(`Invalid parameter '${name}'`);
  }
  const netdev = option.get('netdev');
  if (netdev !== undefined && !before.names.has(netdev)) refuse(`netdev '${netdev}' not found`);
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

/** QEMU's warnings of clients that nothing is connected to. */
export function warnOfPeers(context: StartContext, warnings: readonly string[]): void {
  const isNetworked =
    context.has('nodefaults') || context.options.some(({ name }) => /^(netdev|nic|net)$/.test(name));
  if (!isNetworked || context.preconfig) return;
  for (const warning of warnings) context.warn(warning);
}
