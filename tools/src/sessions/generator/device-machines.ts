import { gen, sample } from 'fast-check';
import type { Session, Step } from '../../beside/session.ts';
import {
  loadProfile,
  modelTable,
  typeTable,
  type DeviceModel,
  type TypeTable,
} from '../../internals/devices.ts';
import { Dice } from './dice.ts';

/** Models at which QEMU itself crashes or hangs, in a reset or when they are unplugged. */
const CRASHERS =
  /^(i825|i82801b11|rocker|kvaser_pci|ivshmem-doorbell|vhost-user|virtio-balloon-pci-(non-)?tr)/;
/** Models that most machines are made of. */
const USUAL =
  /^(virtio-(blk|net|scsi|serial|rng|balloon|gpu|input.*|9p|crypto)(-pci)?$|scsi-(hd|cd)|usb-(tablet|kbd|mouse|storage|hub)|qemu-xhci|pcie-root-port|nvme$|ide-(hd|cd)|e1000e?$|virtserialport|virtconsole|VGA|pci-bridge|isa-serial|intel-hda|hda-duplex|ich9-ahci|pc-dimm)/;

/** Backends of each kind, an id each. */
const BACKENDS: readonly (readonly string[])[] = [
  ...[0, 1, 2, 3].flatMap((i) => [
    ['-blockdev', `null-co,node-name=b${i},size=${(i + 1) * 1_048_576}`],
    ['-netdev', `hubport,id=n${i},hubid=${i}`],
    ['-chardev', `null,id=c${i}`],
    ['-object', `memory-backend-ram,id=m${i},size=64M`],
  ]),
  ['-object', 'cryptodev-backend-builtin,id=cr0'],
  ['-object', 'rng-builtin,id=r0'],
  ['-object', 'iothread,id=io0'],
  ['-object', 'can-bus,id=can0'],
  ['-audiodev', 'none,id=a0'],
];
const LINKS: Readonly<Record<string, readonly string[]>> = {
  drive: ['b0', 'b1', 'b2', 'b3', 'zz'],
  netdev: ['n0', 'n1', 'n2', 'n3', 'zz'],
  chardev: ['c0', 'c1', 'c2', 'c3', 'zz'],
  memdev: ['m0', 'm1', 'm2', 'm3', 'zz'],
  cryptodev: ['cr0', 'zz'],
  rng: ['r0', 'zz'],
  iothread: ['io0', 'zz'],
  canbus: ['can0'],
  canbus0: ['can0'],
  audiodev: ['a0'],
  bmc: ['d0'],
};

/** Values of other properties that people give; `undefined` for those that the model doesn't have. */
const OTHERS: readonly (readonly [name: string, values: readonly (string | number | boolean)[]])[] = [
  ['addr', ['3', '4', '5', '0x6', '7.0', '7.1', '1f', '2']],
  ['multifunction', [true, false]],
  ['bootindex', [0, 1, 2, 3, 4, 5, 6, -1]],
  ['serial', ['s1', 's2']],
  ['mac', ['52:54:00:12:34:56', '52:54:00:aa:bb:cc']],
  ['chassis', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['slot', [0, 1, 2]],
  ['port', ['1', '2', '9']],
  ['nr', [0, 1, 2, 40]],
  ['name', ['org.x', 'org.y']],
  ['scsi-id', [0, 1, 2, 9]],
  ['lun', [0, 1]],
  ['unit', [0, 1, 2]],
  ['vectors', [0, 4]],
  ['disable-legacy', ['on', 'off']],
  ['disable-modern', [true, false]],
  ['packed', [true, false]],
  ['iommu_platform', [true, false]],
  ['num-queues', [1, 2]],
  ['logical_block_size', [512, 4096]],
  ['write-cache', ['on', 'off']],
  ['romfile', ['']],
  ['zz-nosuch', [1]],
];

type Value = string | number | boolean;

/** The parts of a generated machine so far. */
class Rig {
  readonly ids: string[] = [];
  readonly buses: { readonly name: string; readonly type: string }[] = [];
  readonly types = new Map<string, string>();
}

/** The first machines of a seed: two to eight of the version's recorded models each, in random places. */
export function deviceMachines(version: string, seed: number, count: number): Session[] {
  const profile = loadProfile(version);
  const types = typeTable(profile);
  const models = modelTable(profile);
  const all = types
    .list({ implements: 'device' })
    .map(({ name }) => name)
    .filter((name) => models.find(name)?.plugged === true && !CRASHERS.test(name));
  const usual = all.filter((name) => USUAL.test(name));
  const one = (dice: Dice): Session =>
    machine(dice, {
      pick: () => dice.pick(dice.percent(60) ? usual : all),
      model: (name) => models.find(name)!,
      types,
    });
  return sample(
    gen().map((draw) => one(new Dice(draw))),
    { seed, numRuns: count },
  );
}

interface Models {
  readonly pick: () => string;
  readonly model: (name: string) => DeviceModel;
  readonly types: TypeTable;
}

function machine(dice: Dice, models: Models): Session {
  const rig = new Rig();
  const board = dice.pick(['q35', 'pc']);
  rig.buses.push(
    board === 'q35' ? { name: 'pcie.0', type: 'PCIE' } : { name: 'pci.0', type: 'PCI' },
    { name: 'ide.0', type: 'IDE' },
    { name: 'isa.0', type: 'ISA' },
  );
  const options: (readonly string[])[] = [
    ['-machine', board],
    ['-nodefaults'],
    ['-display', 'none'],
    ...(dice.percent(85) ? [['-S']] : []),
    ['-m', '128,slots=4,maxmem=1G'],
    ...BACKENDS,
  ];
  const count = dice.integer(2, 8);
  for (let i = 0; i < count; i += 1) {
    const given = device(dice, models, rig);
    options.push(['-device', dice.percent(25) ? JSON.stringify(given) : asText(given)]);
  }
  if (dice.percent(15)) options.push(['-global', global(dice, models, rig)]);
  return { options, steps: steps(dice, models, rig) };
}

/** A model that has a bus to go on; now and then one that has none. */
function modelFor(dice: Dice, { pick, types }: Models, rig: Rig): string {
  for (;;) {
    const driver = pick();
    const bus = types.find(driver)?.bus;
    if (bus === undefined || rig.buses.some(({ type }) => types.is(type, bus)) || dice.percent(1))
      return driver;
  }
}

function device(dice: Dice, models: Models, rig: Rig): Record<string, Value> {
  const { model, types } = models;
  const driver = modelFor(dice, models, rig);
  const given: Record<string, Value> = { driver };
  const id = dice.percent(92) ? `d${rig.ids.length}` : dice.percent(15) ? 'd0' : undefined;
  if (id !== undefined) given['id'] = id;
  const has = new Set(types.properties(driver)?.map(({ name }) => name));
  const record = model(driver);
  const needed = record.needs?.[0] ?? [];
  for (const name of typeof needed === 'string' ? [needed] : needed) {
    if (dice.percent(1)) continue;
    given[name] =
      name in LINKS ? link(dice, rig, LINKS[name]!) : name === 'chassis_nr' ? dice.integer(1, 3) : 's';
  }
  for (const [name, values] of Object.entries(LINKS)) {
    if (has.has(name) && !(name in given) && dice.percent(name === 'audiodev' ? 90 : 35))
      given[name] = link(dice, rig, values);
  }
  for (const [name, values] of OTHERS) {
    const chance = name === 'zz-nosuch' ? 0.5 : !has.has(name) ? 0 : name === 'chassis' ? 100 : 6;
    if (dice.percent(chance)) given[name] = dice.pick(values);
  }
  const kind = types.find(driver)?.bus;
  const fitting = rig.buses.filter(({ type }) => kind !== undefined && types.is(type, kind));
  if (fitting.length > 0 && dice.percent(30)) {
    given['bus'] = dice.percent(3) ? dice.pick(['zz.0', dice.pick(rig.buses).name]) : dice.pick(fitting).name;
  }
  if (id !== undefined) {
    rig.ids.push(id);
    rig.types.set(id, driver);
    for (const { name, type } of record.buses ?? []) rig.buses.push({ name: name.replace('%', id), type });
  }
  return given;
}

/** Mostly one that nobody has yet. */
const link = (dice: Dice, rig: Rig, values: readonly string[]): string =>
  dice.percent(97) ? values[rig.ids.length % Math.max(1, values.length - 1)]! : dice.pick(values);

/** In the older syntax a switch is a word. */
const asText = (given: Record<string, Value>): string =>
  Object.entries(given)
    .map(([name, value]) => {
      const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : `${value}`;
      return name === 'driver' ? text : `${name}=${text}`;
    })
    .join(',');

function global(dice: Dice, { types }: Models, rig: Rig): string {
  const id = rig.ids.length === 0 ? undefined : dice.pick(rig.ids);
  const driver = rig.types.get(id ?? '') ?? 'e1000';
  const has = new Set(types.properties(driver)?.map(({ name }) => name));
  const found = OTHERS.filter(([name]) => name !== 'addr' && has.has(name));
  if (found.length === 0 || dice.percent(10)) return `${driver}.zz-nosuch=1`;
  const [name, values] = dice.pick(found);
  return `${driver}.${name}=${dice.pick(values)}`;
}

function steps(dice: Dice, models: Models, rig: Rig): Step[] {
  const line = (text: string): Step => ({
    execute: 'human-monitor-command',
    arguments: { 'command-line': text },
  });
  const list = (path: string): Step => ({ execute: 'qom-list', arguments: { path } });
  const views: readonly Step[] = [
    { execute: 'query-pci' },
    line('info qtree'),
    line('info pci'),
    line('info usb'),
    line('info qom-tree /machine/peripheral'),
    list('/machine/peripheral'),
    list('/machine/peripheral-anon'),
    { execute: 'query-mice' },
    { execute: 'query-memory-devices' },
    { execute: 'query-rx-filter' },
    { execute: 'query-balloon' },
    { execute: 'query-block' },
    line('info network'),
  ];
  const made: Step[] = [...dice.shuffle(views).slice(0, 5)];
  const look = (id: string): Step[] => {
    const path = `/machine/peripheral/${id}`;
    const names = models.types.properties(rig.types.get(id) ?? '')?.map(({ name }) => name) ?? ['type'];
    return [
      ...(dice.percent(40) ? [list(path)] : []),
      ...[dice.pick(names), dice.pick(names), dice.pick(['type', 'parent_bus', 'addr', 'hotplugged'])].map(
        (property): Step => ({ execute: 'qom-get', arguments: { path, property } }),
      ),
    ];
  };
  for (const id of dice.shuffle(rig.ids).slice(0, 3)) made.push(...look(id));
  for (let i = dice.integer(0, 2); i > 0; i -= 1) {
    const given = device(dice, models, rig);
    made.push({ execute: 'device_add', arguments: given });
    const id = given['id'];
    if (typeof id === 'string') made.push(...look(id).slice(0, 2));
  }
  if (rig.ids.length > 0 && dice.percent(40)) {
    made.push({ execute: 'device_del', arguments: { id: dice.pick([...rig.ids, 'zz']) } });
  }
  made.push(...dice.shuffle(views).slice(0, 3));
  return made;
}
