import { QDict } from '../../engine/json/value.ts';
import { NotModelledError } from '../../engine/not-modelled.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { machineData, type MachineData } from '../../machine/machine-data.ts';
import type { ColdDevice } from '../../machine/machine-options.ts';
import { defaultPorts } from '../../machine/chardev/default-ports.ts';
import { machineRules, type MachineRules } from '../../machine/machine-rules.ts';
import type { HostFiles } from '../host-files.ts';
import { strerror } from '../strerror.ts';
import { checkArgument } from './argument-checks.ts';
import { ChardevReader } from './chardev-reader.ts';
import { readConfigFile } from './config-file.ts';
import { idOf, nodeNames, readDevice } from './device-option.ts';
import { helpText } from './help.ts';
import { MachineReader } from './machine-reader.ts';
import { readObject } from './object-option.ts';
import { ANYTHING, RECORDED } from './option-groups.ts';
import { optionHelp, type Printed } from './option-help.ts';
import type { GivenOption } from './option-names.ts';
import { parseQemuOpts, type OptionGroup, type QemuOpts } from './qemu-opts.ts';
import type { ReadingContext } from './reading-context.ts';
import { recordedParameters } from './recorded-names.ts';
import { NOWHERE, placeInFile, saidAt } from './said-at.ts';
import { StartError } from './start-error.ts';
import { StartOption } from './start-option.ts';
import type { MonitorStep, StartPlan, Step } from './start-plan.ts';

/** Groups of options that sections of a config file name otherwise than the command line does. */
const GROUPS: Readonly<Record<string, string>> = { memory: 'm', 'smp-opts': 'smp', 'boot-opts': 'boot' };

/** Groups that QEMU looks at only when everything has been read. */
const LATER = new Set(['action', 'device', 'drive', 'machine', 'netdev', 'object', 'smp-opts']);

/** Files of a command line. */
export type CommandLineFiles = Pick<HostFiles, 'read' | 'whyNotReadable'>;

/** The machine that QEMU makes if it isn't told another. */
const USUAL_MACHINE = 'pc';

/** Reads the options one after another, as QEMU does, and stops at the first that is malformed. */
export class CommandLineReader {
  readonly #profile: QemuProfile;
  readonly #data: MachineData;
  readonly #rules: MachineRules;
  readonly #program: string;
  readonly #files: CommandLineFiles;
  readonly #machine: MachineReader;
  readonly #options: StartOption[] = [];
  readonly #devices: Step<ColdDevice>[] = [];
  readonly #drives: string[] = [];
  readonly #chardevs: ChardevReader;
  readonly #objectMonitors: Step<MonitorStep>[] = [];
  readonly #warnings: string[] = [];
  #daemonize = false;
  #pidFile: string | undefined;
  #printed: Printed | undefined;
  #location = '';

  /** @param files - Files that options name: config files among them. */
  constructor(profile: QemuProfile, program: string, files: CommandLineFiles) {
    this.#profile = profile;
    this.#files = files;
    this.#data = machineData(profile);
    this.#rules = machineRules(profile);
    this.#program = program;
    const location = (): string => this.#location;
    const context: ReadingContext = {
      get location() {
        return location();
      },
      parse: (argument, group) => this.#parse(argument, group),
      warn: (message) => this.#warn(message),
    };
    this.#machine = new MachineReader(this.#rules, context);
    this.#chardevs = new ChardevReader(profile, context);
  }

  /**
   * Takes one option. Throws a `StartError` with QEMU's text.
   *
   * @returns Text to print instead of all else; `undefined` if the option asks for none.
   */
  take({ name, argument = '', location }: GivenOption): Printed | undefined {
    this.#location = location;
    try {
      if (this.#data.options.unsupported.includes(name)) {
        throw new StartError('Option not supported for this target');
      }
      this.#printed = optionHelp(name, argument, this.#profile);
      if (this.#printed === undefined) this.#take(name, argument);
      return this.#printed;
    } catch (error) {
      if (error instanceof NotModelledError) throw new StartError(error.desc);
      throw error instanceof StartError ? error.at(location) : error;
    }
  }

  /** Gives the plan for everything that was asked for. */
  finish(): StartPlan {
    this.#location = '';
    this.#addDefaultPorts();
    return {
      machine: {
        ...this.#machine.options,
        given: this.#options.map(({ name, argument }) => ({ name, argument })),
        drives: this.#drives,
      },
      options: this.#options,
      devices: this.#devices,
      chardevs: this.#chardevs.chardevs,
      monitors: [...this.#objectMonitors, ...this.#chardevs.monitors],
      ports: this.#chardevs.ports,
      nextMonitor: this.#chardevs.nextMonitor,
      daemonize: this.#daemonize,
      pidFile: this.#pidFile,
      warnings: this.#warnings,
    };
  }

  #addDefaultPorts(): void {
    const given = this.#options.map(({ name, argument }) => ({ name, argument }));
    const ports = defaultPorts(this.#machine.options.type ?? USUAL_MACHINE, given);
    for (const [kind, argument] of ports) this.#chardevs.addDefaultPort(kind, argument);
  }

  #take(name: string, argument: string): void {
    if (name === 'readconfig') return this.#takeConfigFile(argument);
    const option = new StartOption(name, argument, this.#location);
    const before = [...this.#options];
    this.#options.push(option);
    this.#takeWellFormed(name, argument);
    if (this.#printed === undefined) {
      const warn = (text: string): void => this.#warn(text);
      checkArgument(option, { profile: this.#profile, files: this.#files, before, warn });
      if (name === 'set') this.#set(argument);
    }
  }

  #takeWellFormed(name: string, argument: string): void {
    switch (name) {
      case 'version':
        this.#printed = { text: `${this.#data.banner.join('\n')}\n`, exitCode: 0 };
        return;
      case 'h':
      case 'help':
        this.#printed = { text: helpText(this.#data, this.#program), exitCode: 0 };
        return;
      case 'object':
        return this.#takeObject(argument);
      case 'device':
        return this.#takeDevice(argument);
      case 'drive':
      case 'blockdev':
        this.#drives.push(...nodeNames(argument), ...(name === 'drive' ? idOf(argument) : []));
        if (name === 'drive') this.#parse(argument, { ...ANYTHING, warnsOfFlags: true });
        return this.#takeRecorded(name, argument);
      case 'virtfs':
        this.#takeRecorded(name, argument);
        return this.#takeFileSystem(argument);
      case 'daemonize':
        this.#daemonize = true;
        return;
      case 'pidfile':
        this.#pidFile = argument;
        return;
      default:
        if (this.#machine.take(name, argument) || this.#chardevs.take(name, argument)) return;
        this.#takeRecorded(name, argument);
    }
  }

  /** `-set group.id.name=value`: an option that came before has one value more. */
  #set(argument: string): void {
    const [, group = '', id = '', name = '', value = ''] =
      /^([^.]+)\.([^.]+)\.([^=]+)=([^]*)$/.exec(argument) ?? [];
    const at = this.#options.findIndex(
      (option) => option.name === group && !option.isJson && option.get('id') === id,
    );
    const { argument: before, location } = this.#options[at]!;
    const changed = `${before},${name}=${value.replaceAll(',', ',,')}`;
    this.#options[at] = new StartOption(group, changed, location);
    if (group !== 'device') return;
    const step = this.#devices.findIndex(({ value: { args, typed } }) => !typed && args.get('id') === id);
    this.#devices[step] = { location, value: readDevice(changed, this.#profile) };
  }

  /** An option that does nothing here: its parameters are checked if the version lists them. */
  #takeRecorded(name: string, argument: string): void {
    if (!Object.hasOwn(RECORDED, name)) return;
    // `-global driver.property=value` is a form of its own.
    if (name === 'global' && /^[^.=,]+\.[^=]+=/.test(argument)) return;
    const { group = name, implied, merges } = RECORDED[name] ?? {};
    const parameters = recordedParameters(this.#profile, group);
    if (parameters === undefined) return;
    const opts = this.#parse(argument, { parameters, implied, merges, warnsOfFlags: true });
    if (name === 'global' && !['driver', 'property', 'value'].every((part) => opts.has(part))) {
      throw new StartError("options 'driver', 'property', and 'value' are required");
    }
  }

  #warn(message: string): void {
    this.#warnings.push(saidAt(this.#program, this.#location, message));
  }

  #parse(argument: string, group: OptionGroup): QemuOpts {
    return parseQemuOpts(argument, group, (message, hint) => {
      this.#warn(message);
      if (hint !== undefined) this.#warnings.push(hint);
    });
  }

  /** `-readconfig`: the sections of the file are options, too. */
  #takeConfigFile(file: string): void {
    const { sections, fault } = readConfigFile(this.#readFile(file));
    const option = this.#location;
    const at = (line: number | undefined): string | undefined =>
      line === undefined ? undefined : placeInFile(file, line);
    for (const { group, id, entries, line } of sections) {
      this.#location = at(line) ?? option;
      try {
        this.#takeSection(group, id, entries);
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        // Newer versions report faults that QEMU finds while reading for the file as a whole.
        const whole = this.#rules.configFileAtOnce && !LATER.has(group);
        throw whole ? error.at(option) : this.#inFile(error, at(line), group);
      }
    }
    if (fault === undefined) return;
    throw new StartError(fault.message, { location: this.#rules.configFileAtOnce ? option : at(fault.line) });
  }

  #takeSection(group: string, id: string | undefined, entries: readonly (readonly [string, string])[]): void {
    const name = GROUPS[group] ?? group;
    const { argument, flag } = this.#data.options;
    if (!argument.includes(name) && !flag.includes(name)) {
      throw new StartError(`There is no option group '${group}'`);
    }
    for (const [key] of entries) if (/[=,]/.test(key)) throw new StartError(`Invalid parameter '${key}'`);
    const all = id === undefined ? entries : [...entries, ['id', id] as const];
    const text = all.map(([key, value]) => `${key}=${value.replaceAll(',', ',,')}`).join(',');
    this.#take(name, text);
  }

  #readFile(path: string): string {
    try {
      return this.#files.read(path);
    } catch (error) {
      const why = strerror(error);
      throw new StartError(
        (error as NodeJS.ErrnoException).code === 'EISDIR'
          ? `Cannot read config file: ${why}`
          : `Could not open '${path}': ${why}`,
      );
    }
  }

  /** The error as it is said of a line of a config file. */
  #inFile({ message, hint }: StartError, place: string | undefined, group: string): StartError {
    return new StartError(message, { location: place ?? NOWHERE, hint: LATER.has(group) ? hint : [] });
  }

  #takeObject(argument: string): void {
    const asked = readObject(argument, this.#profile);
    if ('monitor' in asked) {
      this.#objectMonitors.push({
        location: this.#location,
        value: { ...asked.monitor, placeless: true },
      });
    } else {
      const objects = this.#machine.options.objects ?? [];
      const { id } = asked.object;
      if (objects.some((object) => object.id === id)) throw new StartError(`Duplicate ID '${id}' for object`);
      this.#machine.options.objects = [...objects, asked.object];
    }
  }

  /** `-virtfs`: a file system of the host's, and a device for it. */
  #takeFileSystem(argument: string): void {
    const values = new StartOption('virtfs', argument, '').values;
    const tag = values.get('mount_tag') ?? '';
    const args = new QDict([
      ['driver', 'virtio-9p-pci'],
      ['fsdev', values.get('id') ?? tag],
      ['mount_tag', tag],
    ]);
    this.#devices.push({ location: this.#location, value: { args, typed: false } });
  }

  #takeDevice(argument: string): void {
    if (!argument.startsWith('{'))
      this.#parse(argument, { ...ANYTHING, implied: 'driver', warnsOfFlags: true });
    const value = readDevice(argument, this.#profile);
    const id = value.args.get('id');
    if (typeof id === 'string' && !value.typed) {
      if (this.#devices.some((step) => !step.value.typed && step.value.args.get('id') === id)) {
        throw new StartError(`Duplicate ID '${id}' for device`);
      }
    }
    this.#devices.push({ location: this.#location, value });
  }
}
