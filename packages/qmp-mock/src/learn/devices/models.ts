import type { Note } from '../note.ts';
import { NO_MACHINE } from '../qemu/monitor.ts';
import type { Qemu } from '../qemu/qemu.ts';
import { RevivingMonitor } from '../qemu/reviving-monitor.ts';
import { qtree } from './boards.ts';
import { recordBus, type RecordedBus } from './bus-record.ts';
import { hotBuses } from './hot-buses.ts';
import { findDevice, parseQtree } from './qtree.ts';
import { HINTS, HOT_RIG, ID, RIG } from './rig.ts';

/** How a model is recorded: `machine/qdev/model-table.ts` reads it. */
interface RecordedModel {
  readonly hot?: string;
  readonly needs?: readonly [properties: string | readonly string[], refusal: string];
  readonly refused?: string;
  readonly boards?: readonly string[];
  readonly buses?: readonly RecordedBus[];
  readonly pci?: object;
  readonly plugged?: true;
}

/** Refusals that tell of the rig, the host or the version, but not of the model. */
const NOT_ITS_OWN =
  /^No '.*' bus|^A '.*' bus was found|^no default audio|^Parameter 'driver'|^Bus \d+ is|SaveStateEntry|ALSA|^info:/;
/** Refusals after which properties are of no use. */
const HOPELESS = /^No '.*' bus|pluggable|dynamic sysbus|kvm|not available|[oO]pen[gG][lL]/;
/** Refusals of the class of a device, before anything else of it is looked at. */
const HOT_REFUSAL = /^Parameter 'driver' expects|^Device '%' does not support/;
/** Models that never answer, or that QEMU crashes at. */
const DANGEROUS = /^(vhost-user-|ivshmem-doorbell$|colo-compare$)/;
/** Kinds of machines with a system bus that takes devices. */
const WITH_SYSTEM_BUS = ['isapc', 'microvm', 'pc', 'q35'];

/**
 * Contents of `models.jsonl`: what becomes of each device model that is plugged into a machine with a bus of
 * each kind.
 */
export async function learnModels(qemu: Qemu, note: Note): Promise<string> {
  const models = await deviceModels(qemu);
  const hot = await hotRefusals(qemu, models);
  const lines: string[] = [];
  for (const model of models) {
    const refusal = hot.get(model) ?? '';
    const cold = isCpu(model) || DANGEROUS.test(model) ? {} : await plugCold(qemu, model, note);
    const recorded: RecordedModel = { ...(HOT_REFUSAL.test(refusal) && { hot: refusal }), ...cold };
    if (Object.keys(recorded).length > 0) lines.push(`${JSON.stringify([model, recorded])}\n`);
  }
  return lines.join('');
}

const isCpu = (model: string): boolean => model.endsWith('-cpu');

async function deviceModels(qemu: Qemu): Promise<string[]> {
  await using monitor = await qemu.start(NO_MACHINE);
  const request = { execute: 'qom-list-types', arguments: { implements: 'device' } };
  const types = await monitor.value<{ name: string }[]>(request);
  return types.map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1));
}

/**
 * Asks QEMU for its refusal of each model while the machine runs. If it accepts a model, its machine is
 * replaced.
 */
async function hotRefusals(qemu: Qemu, models: readonly string[]): Promise<Map<string, string>> {
  await using monitor = new RevivingMonitor(() => qemu.start(HOT_RIG));
  const refusals = new Map<string, string>();
  for (const driver of models) {
    if (DANGEROUS.test(driver)) continue;
    const answer = await monitor.ask({ execute: 'device_add', arguments: { driver, id: ID } });
    if (answer === undefined) continue;
    const { error } = answer.message;
    if (error !== undefined) refusals.set(driver, error.desc.replaceAll(`'${driver}'`, "'%'"));
    else await (await monitor.monitor()).stop();
  }
  return refusals;
}

async function plugCold(qemu: Qemu, model: string, note: Note): Promise<RecordedModel> {
  let bare: string | undefined;
  for (const hint of HINTS) {
    const outcome = await plugWith(qemu, model, hint);
    if (typeof outcome !== 'string') {
      const names = hint.map(([name]) => name);
      const needs =
        bare === undefined || NOT_ITS_OWN.test(bare)
          ? {}
          : { needs: [names.length === 1 ? names[0]! : names, bare] as const };
      return { ...needs, ...outcome, plugged: true };
    }
    if (hint.length === 0) bare = outcome;
    if (HOPELESS.test(outcome)) break;
  }
  const boards = bare !== undefined && /dynamic sysbus/.test(bare) ? await boardsFor(qemu, model) : [];
  if (boards.length > 0) return { boards };
  if (bare === undefined || bare === '' || NOT_ITS_OWN.test(bare) || bare.includes(ID)) {
    if (bare === '') note(`device ${model}: QEMU crashed or hung when it was plugged in`);
    return {};
  }
  return { refused: bare };
}

/** Plugs a model into the rig: gives what it makes, or QEMU's refusal, which is empty if QEMU crashed. */
async function plugWith(
  qemu: Qemu,
  model: string,
  hint: readonly (readonly [name: string, value: string])[],
): Promise<RecordedModel | string> {
  const option = [model, `id=${ID}`, ...hint.map(([name, value]) => `${name}=${value}`)].join(',');
  try {
    await using monitor = await qemu.start([...RIG, '-device', option]);
    const roots = parseQtree(await qtree(monitor));
    const device = findDevice(roots, ID);
    const pci = pciEntry(await monitor.value<PciBus[]>({ execute: 'query-pci' }));
    const own = device?.buses ?? [];
    const isHot = await hotBuses(monitor, own);
    const buses = own.map((bus) => recordBus(bus, isHot, ID));
    const onSystemBus = roots.some(
      (bus) => bus.type === 'System' && device !== undefined && bus.devices.includes(device),
    );
    return {
      ...(onSystemBus && { boards: await boardsFor(qemu, model) }),
      ...(buses.length > 0 && { buses }),
      ...(pci !== undefined && { pci }),
    };
  } catch (error) {
    const said = (error as Error).message.split('\n').find((line) => line.includes(`-device ${option}: `));
    const refusal = said?.slice(said.indexOf(`-device ${option}: `) + `-device ${option}: `.length);
    return refusal ?? '';
  }
}

async function boardsFor(qemu: Qemu, model: string): Promise<string[]> {
  const boards: string[] = [];
  for (const kind of WITH_SYSTEM_BUS) {
    const text = await qemu.output([
      '-machine',
      kind,
      '-nodefaults',
      '-display',
      'none',
      '-S',
      '-device',
      `${model},nosuch=1`,
    ]);
    if (!/dynamic sysbus/.test(text)) boards.push(kind);
  }
  return boards;
}

interface PciDevice {
  readonly qdev_id: string;
  readonly pci_bridge?: { readonly devices?: readonly PciDevice[] };
}
interface PciBus {
  readonly devices: readonly PciDevice[];
}

/** The entry of the device in `query-pci`, without its place. */
function pciEntry(buses: readonly PciBus[]): object | undefined {
  const search = (devices: readonly PciDevice[]): PciDevice | undefined => {
    for (const device of devices) {
      const found = device.qdev_id === ID ? device : search(device.pci_bridge?.devices ?? []);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = search(buses.flatMap(({ devices }) => devices));
  if (found === undefined) return undefined;
  const place = new Set(['bus', 'slot', 'function', 'qdev_id']);
  return Object.fromEntries(Object.entries(found).filter(([name]) => !place.has(name)));
}
