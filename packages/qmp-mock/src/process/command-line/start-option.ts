import { optionValues } from '../../machine/setup/option-values.ts';

/** The parameter that a first value without a name is for, by option. */
const IMPLIED: Readonly<Record<string, string>> = {
  M: 'type',
  accel: 'accel',
  audio: 'driver',
  audiodev: 'driver',
  blockdev: 'driver',
  boot: 'order',
  cpu: 'model',
  device: 'driver',
  display: 'type',
  fsdev: 'fsdriver',
  fw_cfg: 'name',
  icount: 'shift',
  m: 'size',
  machine: 'type',
  net: 'type',
  netdev: 'type',
  nic: 'type',
  numa: 'type',
  object: 'qom-type',
  sandbox: 'enable',
  smp: 'cpus',
  tpmdev: 'type',
  trace: 'enable',
  virtfs: 'fsdriver',
  vnc: 'vnc',
};

/** An option of the command line, with its place there and its argument taken apart. */
export class StartOption {
  /** Its name, without dashes. */
  readonly name: string;
  /** The argument behind it; empty for an option without an argument. */
  readonly argument: string;
  /** Its place, as QEMU writes that in messages. */
  readonly location: string;
  #values: ReadonlyMap<string, string> | undefined;

  constructor(name: string, argument: string, location: string) {
    this.name = name;
    this.argument = argument;
    this.location = location;
  }

  /** Whether the argument is JSON. */
  get isJson(): boolean {
    return this.argument.startsWith('{');
  }

  /** Values of the argument as text, nested keys with dots. The last value of a name counts. */
  get values(): ReadonlyMap<string, string> {
    return (this.#values ??= optionValues(this.argument, IMPLIED[this.name] ?? ''));
  }

  /** One of the values. */
  get(name: string): string | undefined {
    return this.values.get(name);
  }
}
