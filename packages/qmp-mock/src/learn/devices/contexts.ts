import type { DeviceModel } from '../../machine/qdev/model-table.ts';
import type { TypeTable } from '../../machine/types/type-table.ts';
import type { Monitor } from '../qemu/monitor.ts';
import type { Qemu } from '../qemu/qemu.ts';
import { outsideOf } from './outside.ts';

/** A recording's turn: the second one has other names and sizes, so that what depends on them differs. */
export type Turn = 0 | 1;

/** A device that is plugged in to be recorded. */
export interface Planned {
  readonly model: string;
  readonly id: string;
  /** Properties without which it wouldn't be taken. */
  readonly given: Readonly<Record<string, string | number>>;
}

/** A kind of place that a model can be plugged into; objects differ between them. */
export interface Context {
  /** Name of its recordings: `machine/qdev/object-table.ts` knows these names. */
  readonly way: 'cold' | 'pcie' | 'pci' | 'port' | 'hot' | 'hot-pci' | 'hot-port';
  readonly hot: boolean;
  /** Whether a model goes there. */
  takes(model: string, types: TypeTable, record: DeviceModel): boolean;
  /** Starts QEMU, with the devices unless they come later. */
  start(qemu: Qemu, devices: readonly Planned[], turn: Turn): Promise<Monitor>;
  /** The request that plugs a device into a machine that runs. */
  request(device: Planned, index: number): { readonly execute: string; readonly arguments: object };
  /** Objects of the rig that belong to no device. */
  outside(qemu: Qemu, turn: Turn): Promise<readonly string[]>;
}

/** Something of each kind for each device of a group. */
const GROUP = 8;
const prefix = (turn: Turn): string => (turn === 0 ? '' : 'z');

/** Properties that a model needs, with something of its own for each. */
export function givenTo(
  record: DeviceModel,
  properties: ReadonlySet<string>,
  index: number,
  turn: Turn,
): Readonly<Record<string, string | number>> {
  const [needed = []] = record.needs ?? [];
  const names = [...(typeof needed === 'string' ? [needed] : needed)];
  // Newer versions know of no default sound.
  if (properties.has('audiodev')) names.push('audiodev');
  const p = prefix(turn);
  const values: Readonly<Record<string, string | number>> = {
    drive: `${p}b${index}`,
    serial: `${p}s${index}`,
    chardev: `${p}c${index}`,
    memdev: `${p}m${index}`,
    bmc: `${p}bmc0`,
    cryptodev: `${p}cr${index}`,
    netdev: `${p}n${index}`,
    canbus: `${p}can0`,
    canbus0: `${p}can0`,
    audiodev: `${p}a0`,
    chassis_nr: 40 + index + turn,
  };
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}

function backends(turn: Turn): string[] {
  const p = prefix(turn);
  const size = turn === 0 ? 1 : 3;
  const each = Array.from({ length: GROUP }, (_, i) => [
    ...['-blockdev', `null-co,node-name=${p}b${i},size=${size * 1_048_576}`],
    ...['-netdev', `hubport,id=${p}n${i},hubid=${i}`],
    ...['-chardev', `null,id=${p}c${i}`],
    ...['-object', `memory-backend-ram,id=${p}m${i},size=${size === 1 ? 64 : 32}M`],
    ...['-object', `cryptodev-backend-builtin,id=${p}cr${i}`],
  ]).flat();
  // There is one of these in a machine.
  const bmc = ['-device', `ipmi-bmc-sim,id=${p}bmc0`];
  return [...each, ...bmc, '-object', `can-bus,id=${p}can0`, '-audiodev', `none,id=${p}a0`];
}

/** Controllers that bring a bus of each kind but PCI. */
const CONTROLLERS: readonly string[] = [
  'qemu-xhci,id=xhci,p2=15,p3=15,addr=0x10',
  'virtio-scsi-pci,id=scsi0,addr=0x11',
  'virtio-serial-pci,id=vser,addr=0x12',
  'intel-hda,id=hda,addr=0x13',
  'nvme,id=nv,serial=s,addr=0x14',
  'usb-ccid,id=ccid,bus=xhci.0,port=15',
  'tpci200,id=tp,addr=0x15',
  'sdhci-pci,id=sdh,addr=0x16',
].flatMap((device) => ['-device', device]);

const memory = ['-m', '128,slots=16,maxmem=2G'];
const q35 = ['-machine', 'q35', '-nodefaults', '-S', ...memory];
const pc = ['-machine', 'pc', '-nodefaults', '-S', ...memory];
const ports = Array.from({ length: GROUP }, (_, i) => [
  '-device',
  `pcie-root-port,id=p${i},chassis=${i + 1},slot=${i + 1},addr=0x${(i + 2).toString(16)}`,
]).flat();

interface Plan {
  readonly way: Context['way'];
  readonly rig: readonly string[];
  readonly takes: Context['takes'];
  /** The bus of a device; any if left out. */
  readonly bus?: (index: number) => string;
}

function makeContext({ way, rig, takes, bus }: Plan): Context {
  const hot = way.startsWith('hot');
  const baselines = new Map<Turn, Promise<readonly string[]>>();
  const args = (turn: Turn): string[] => [...rig, ...backends(turn), ...(bus === undefined ? [] : ports)];
  const properties = ({ model, id, given }: Planned, index: number): Record<string, string | number> => ({
    driver: model,
    id,
    ...(bus !== undefined && { bus: bus(index) }),
    ...given,
  });
  return {
    way,
    hot,
    takes: (model, types, record) => (!hot || record.hot === undefined) && takes(model, types, record),
    start: (qemu, devices, turn) => {
      const options = hot
        ? []
        : devices.flatMap((device, index) => {
            const { driver, ...rest } = properties(device, index);
            const pairs = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
            return ['-device', [driver, ...pairs].join(',')];
          });
      return qemu.start([...args(turn), ...options]);
    },
    request: (device, index) => ({ execute: 'device_add', arguments: properties(device, index) }),
    outside(qemu, turn) {
      let baseline = baselines.get(turn);
      if (baseline === undefined) {
        baseline = (async () => {
          await using monitor = await qemu.start(args(turn));
          return await outsideOf(monitor);
        })();
        baselines.set(turn, baseline);
      }
      return baseline;
    },
  };
}

const onOther = (model: string, types: TypeTable): boolean => !isPci(model, types);
const isPci = (model: string, types: TypeTable): boolean => types.find(model)?.bus === 'PCI';
/** Buses to which devices come while the machine runs, and none. */
const HOT_BUSES: ReadonlySet<string | undefined> = new Set([
  undefined,
  'usb-bus',
  'SCSI',
  'virtio-serial-bus',
  'virtio-bus',
  'ccid-bus',
  'nvme-bus',
  'HDA',
]);
const onHotBus = (model: string, types: TypeTable): boolean => HOT_BUSES.has(types.find(model)?.bus);
const onPort = (model: string, types: TypeTable): boolean =>
  isPci(model, types) && types.is(model, 'pci-express-device');

const PLANS: readonly Plan[] = [
  { way: 'cold', rig: [...q35, ...CONTROLLERS], takes: onOther },
  { way: 'pcie', rig: q35, takes: isPci },
  { way: 'pci', rig: pc, takes: isPci },
  { way: 'port', rig: q35, takes: onPort, bus: (index) => `p${index}` },
  { way: 'hot', rig: [...q35, ...CONTROLLERS], takes: onHotBus },
  { way: 'hot-pci', rig: pc, takes: isPci },
  { way: 'hot-port', rig: q35, takes: isPci, bus: (index) => `p${index}` },
];

/** The places in which models are recorded. */
export const CONTEXTS: readonly Context[] = PLANS.map(makeContext);
