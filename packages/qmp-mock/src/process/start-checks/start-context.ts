import type { WhyNotBound } from '../../machine/net/host-ports.ts';
import { QDict } from '../../engine/json/value.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { schemaOf, type Schema } from '../../engine/schema/schema.ts';
import { textOf } from '../../machine/command.ts';
import { machineRules, type MachineRules } from '../../machine/machine-rules.ts';
import { kindOf } from '../../machine/qdev/model-table.ts';
import { recordedQueries } from '../../machine/recorded-queries.ts';
import { typeTable, type TypeTable } from '../../machine/types/type-table.ts';
import { parseSize } from '../command-line/qemu-opts.ts';
import type { StartOption } from '../command-line/start-option.ts';
import type { HostFiles } from '../host-files.ts';

/** Parts of a {@link StartContext}. */
export interface StartContextParts {
  /** All options, in their order. */
  readonly options: readonly StartOption[];
  readonly profile: QemuProfile;
  /** The machine's type, as `-machine` gives it. */
  readonly machine: string;
  readonly file: HostFiles;
  /** Whether there is a chardev with that id. */
  readonly hasChardev: (id: string) => boolean;
  /** QEMU's name for the kind of a chardev. */
  readonly chardevKind: (id: string) => string | undefined;
  /** Tells why KVM couldn't be used; `undefined` if it could. */
  readonly whyNoKvm: () => string | undefined;
  /** Prints a line on standard error and lets the start go on. `place` is the option that it is about. */
  readonly say: (text: string, place?: string) => void;
}

/** The machine's type, as the version lists it. */
export interface MachineType {
  readonly name: string;
  /** Types that differ in their version only are of one kind: `q35`, `pc`, `microvm`. */
  readonly kind: string;
  /** Whether it is going to be removed. */
  readonly deprecated: boolean;
  /** Name of its memory, if it makes any itself. */
  readonly ramId: string | undefined;
  /** Most CPUs that it takes. */
  readonly maxCpus: number;
}

/** Options that stand for a property of the machine, and the property. */
const SUGAR: Readonly<Record<string, string>> = {
  append: 'append',
  bios: 'firmware',
  dtb: 'dtb',
  initrd: 'initrd',
  kernel: 'kernel',
  shim: 'shim',
};

/** Everything that the checks of a start look at. */
export class StartContext {
  readonly options: readonly StartOption[];
  readonly profile: QemuProfile;
  readonly file: HostFiles;
  readonly machine: MachineType;
  readonly hasChardev: (id: string) => boolean;
  readonly chardevKind: (id: string) => string | undefined;
  readonly say: StartContextParts['say'];
  readonly whyNoKvm: StartContextParts['whyNoKvm'];
  /** Reason why a port of the host can't be had, as far as somebody has looked. */
  whyNotBound: WhyNotBound = () => undefined;
  #properties: ReadonlyMap<string, string> | undefined;

  constructor({
    options,
    profile,
    machine,
    file,
    hasChardev,
    chardevKind,
    say,
    whyNoKvm,
  }: StartContextParts) {
    this.options = options;
    this.profile = profile;
    this.file = file;
    this.hasChardev = hasChardev;
    this.chardevKind = chardevKind;
    this.say = say;
    this.whyNoKvm = whyNoKvm;
    this.machine = machineType(profile, machine);
  }

  get schema(): Schema {
    return schemaOf(this.profile);
  }

  get rules(): MachineRules {
    return machineRules(this.profile);
  }

  get types(): TypeTable {
    return typeTable(this.profile);
  }

  /** Options with these names, in their order. */
  of(...names: readonly string[]): readonly StartOption[] {
    return this.options.filter(({ name }) => names.includes(name));
  }

  /** The last option with that name. */
  last(name: string): StartOption | undefined {
    return this.options.findLast((option) => option.name === name);
  }

  has(name: string): boolean {
    return this.options.some((option) => option.name === name);
  }

  /** `-preconfig`: the board and its devices are made later. */
  get preconfig(): boolean {
    return this.has('preconfig');
  }

  /**
   * Properties of the machine that options give, `-machine` or others, nested ones with dots (`smp.cpus`).
   */
  get properties(): ReadonlyMap<string, string> {
    return (this.#properties ??= machineProperties(this.options));
  }

  /** The machine's memory, in bytes. */
  get memory(): number {
    return parseSize(this.properties.get('memory.size') ?? '', 'M') || 128 * 1024 ** 2;
  }

  /** Warns on standard error. */
  warn(text: string, place?: string): void {
    this.say(`warning: ${text}`, place);
  }
}

function machineProperties(options: readonly StartOption[]): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  const put = (key: string, value: string): void => {
    properties.delete(key);
    properties.set(key, value);
  };
  for (const option of options) {
    const { name, argument, values } = option;
    const sugar = Object.hasOwn(SUGAR, name) ? SUGAR[name] : undefined;
    if (sugar !== undefined) put(sugar, argument);
    else if (name === 'machine' || name === 'M')
      for (const [key, value] of values) put(key.replaceAll('_', '-'), value);
    else if (name === 'smp' || name === 'boot')
      for (const [key, value] of values) put(`${name}.${key}`, value);
    else if (name === 'm')
      for (const [key, value] of values) put(`memory.${key === 'maxmem' ? 'max-size' : key}`, value);
    else if (name === 'usb' || name === 'usbdevice') put('usb', 'on');
    else if (name === 'no-hpet') put('hpet', 'off');
    else if (name === 'no-acpi') put('acpi', 'off');
  }
  return properties;
}

function machineType(profile: QemuProfile, type: string): MachineType {
  const reply = recordedQueries(profile).reply('pc', 'query-machines');
  const machines = reply !== undefined && 'value' in reply && Array.isArray(reply.value) ? reply.value : [];
  const entry = machines.find(
    (item): item is QDict =>
      item instanceof QDict && (item.get('name') === type || item.get('alias') === type),
  );
  const name = entry === undefined ? type : textOf(entry, 'name');
  const deprecated = entry?.get('deprecated') === true;
  const ram = entry?.get('default-ram-id');
  const ramId = typeof ram === 'string' ? ram : undefined;
  return {
    name,
    kind: kindOf(name),
    deprecated,
    ramId,
    maxCpus: Number(entry?.get('cpu-max') ?? Number.POSITIVE_INFINITY),
  };
}
