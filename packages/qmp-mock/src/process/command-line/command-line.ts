import type { QemuProfile } from '../../engine/profile.ts';
import { machineData, type MachineData } from '../../machine/machine-data.ts';
import type { MonitorInfo } from '../../machine/machine-host.ts';
import type { ColdDevice, MachineActions, MachineOptions } from '../../machine/machine-options.ts';
import { machineRules, type MachineRules } from '../../machine/machine-rules.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import { isMigrationUri } from '../../machine/migration/migration-uri.ts';
import { strerror } from '../strerror.ts';
import { readConfigFile } from './config-file.ts';
import { helpText } from './help.ts';
import { optionHelp, type Printed } from './option-help.ts';
import { NOWHERE, placeInFile, saidAt } from './said-at.ts';
import { recordedNames, recordedParameters } from './recorded-names.ts';
import { ALIASES, chardevFromOpts } from './chardev-options.ts';
import { compatChardev } from './compat-chardev.ts';
import { idOf, nodeNames, readDevice } from './device-option.ts';
import { readObject } from './object-option.ts';
import {
  ACTION,
  ACTIONS,
  ANYTHING,
  COMPAT,
  MEMORY,
  MONITOR_ARGUMENT,
  NAME,
  RECORDED,
} from './option-groups.ts';
import type { GivenOption } from './option-names.ts';
import { badIdentifier, parseQemuOpts, parseSize, type OptionGroup, type QemuOpts } from './qemu-opts.ts';
import { StartError } from './start-error.ts';
import type { ChardevStep, StartPlan, MonitorStep, PortStep, Step } from './start-plan.ts';

/** In the order in which QEMU connects them. */
const PORT_KINDS: readonly PortStep['kind'][] = ['serial', 'parallel', 'debugcon'];

/** Groups of options that sections of a config file name otherwise than the command line does. */
const GROUPS: Readonly<Record<string, string>> = { memory: 'm', 'smp-opts': 'smp', 'boot-opts': 'boot' };

/** Groups that QEMU looks at only when everything has been read. */
const LATER = new Set(['action', 'device', 'drive', 'machine', 'netdev', 'object', 'smp-opts']);

/** Reads the options one after another, as QEMU does, and stops at the first that is malformed. */
export class CommandLineReader {
  readonly #profile: QemuProfile;
  readonly #data: MachineData;
  readonly #rules: MachineRules;
  readonly #program: string;
  readonly #readConfig: (path: string) => string;
  readonly #machine: MachineOptions = {};
  readonly #given: { name: string; argument: string }[] = [];
  readonly #devices: Step<ColdDevice>[] = [];
  readonly #drives: string[] = [];
  readonly #netdevs: string[] = [];
  readonly #chardevs: Step<ChardevStep>[] = [];
  readonly #monitors: Step<MonitorStep>[] = [];
  readonly #objectMonitors: Step<MonitorStep>[] = [];
  readonly #ids = new Set<string>();
  readonly #monitorIds = new Set<string>();
  readonly #warnings: string[] = [];
  readonly #ports: Step<PortStep>[] = [];
  #compatMonitors = 0;
  #warnedOfMon = false;
  #daemonize = false;
  #pidFile: string | undefined;
  #logFile: string | undefined;
  #printed: Printed | undefined;
  #location = '';

  /** @param readConfig - Gives the text of a config file; throws a system error. */
  constructor(profile: QemuProfile, program: string, readConfig: (path: string) => string) {
    this.#profile = profile;
    this.#readConfig = readConfig;
    this.#data = machineData(profile);
    this.#rules = machineRules(profile);
    this.#program = program;
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
      throw error instanceof StartError ? error.at(location) : error;
    }
  }

  /** What was asked for. */
  finish(): StartPlan {
    this.#location = '';
    return {
      machine: {
        ...this.#machine,
        given: this.#given,
        drives: this.#drives,
        netdevs: this.#netdevs,
      },
      devices: this.#devices,
      chardevs: this.#chardevs,
      monitors: [...this.#objectMonitors, ...this.#monitors],
      ports: PORT_KINDS.flatMap((kind) => this.#ports.filter(({ value }) => value.kind === kind)),
      nextMonitor: this.#compatMonitors,
      daemonize: this.#daemonize,
      pidFile: this.#pidFile,
      logFile: this.#logFile,
      warnings: this.#warnings,
    };
  }

  #take(name: string, argument: string): void {
    if (name === 'readconfig') return this.#takeConfigFile(argument);
    this.#given.push({ name, argument });
    switch (name) {
      case 'version':
        this.#printed = { text: `${this.#data.banner.join('\n')}\n`, exitCode: 0 };
        return;
      case 'h':
      case 'help':
        this.#printed = { text: helpText(this.#data, this.#program), exitCode: 0 };
        return;
      case 'chardev':
        return this.#takeChardev(argument);
      case 'mon':
        return this.#takeMon(argument);
      case 'qmp':
        return this.#takeCompatMonitor(argument, { type: 'monitor-qmp', pretty: false });
      case 'qmp-pretty':
        return this.#takeCompatMonitor(argument, { type: 'monitor-qmp', pretty: true });
      case 'monitor':
        if (argument !== 'none') this.#takeCompatMonitor(argument, { type: 'monitor-hmp' });
        return;
      case 'serial':
      case 'parallel':
      case 'debugcon':
        return this.#takePort(name, argument);
      case 'object':
        return this.#takeObject(argument);
      case 'device':
        return this.#takeDevice(argument);
      case 'drive':
      case 'blockdev':
        this.#drives.push(...nodeNames(argument), ...(name === 'drive' ? idOf(argument) : []));
        return this.#takeRecorded(name, argument);
      case 'netdev':
        this.#netdevs.push(...idOf(argument));
        return this.#takeRecorded(name, argument);
      case 'S':
        this.#machine.paused = true;
        return;
      case 'preconfig':
        this.#machine.preconfig = true;
        return;
      case 'incoming':
        return this.#takeIncoming(argument);
      case 'name':
        return this.#takeName(argument);
      case 'uuid':
        return this.#takeUuid(argument);
      case 'machine':
      case 'M':
        return this.#takeMachine(argument);
      case 'm':
        return this.#takeMemory(argument);
      case 'smp':
        return this.#takeCpus(argument);
      case 'no-reboot':
        this.#machine.action = { ...this.#machine.action, reboot: 'shutdown' };
        return;
      case 'no-shutdown':
        this.#machine.action = { ...this.#machine.action, shutdown: 'pause' };
        return;
      case 'action':
        for (const [key, value] of this.#parse(argument, ACTION).entries()) this.#setAction(key, value);
        return;
      case 'watchdog-action':
        return this.#setAction('watchdog', argument);
      case 'compat':
        return this.#takeCompat(argument);
      case 'daemonize':
        this.#daemonize = true;
        return;
      case 'pidfile':
        this.#pidFile = argument;
        return;
      case 'D':
        this.#logFile = argument;
        return;
      default:
        return this.#takeRecorded(name, argument);
    }
  }

  /** An option that does nothing here: its parameters are checked where the version lists them. */
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
        // What QEMU looks at as soon as it reads is said of the file as a whole, in newer versions.
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
      return this.#readConfig(path);
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

  get #chardevGroup(): OptionGroup {
    return { parameters: this.#data.chardevParameters, implied: 'backend', warnsOfFlags: true };
  }

  #takeChardev(argument: string): void {
    this.#addChardev(this.#parse(argument, this.#chardevGroup));
  }

  #addChardev(opts: QemuOpts): void {
    const { id = '' } = opts;
    const backend = opts.get('backend') ?? '';
    const alias = this.#rules.chardevAliases ? ALIASES.get(backend) : undefined;
    if (alias !== undefined) {
      this.#warn(`warning: The alias '${backend}' is deprecated, use '${alias}' instead`);
    }
    if (id !== '' && this.#ids.has(id)) throw new StartError(`Duplicate ID '${id}' for chardev`);
    this.#ids.add(id);
    this.#chardevs.push({ location: this.#location, value: this.#chardevStep(opts) });
  }

  #chardevStep(opts: QemuOpts): ChardevStep {
    const kinds = (): readonly string[] => recordedNames(this.#profile, 'query-chardev-backends', 'name');
    return {
      id: opts.id ?? '',
      backend: opts.get('backend'),
      fd: opts.number('fd'),
      spec: (exists) => chardevFromOpts(opts, { rules: this.#rules, kinds, exists }),
    };
  }

  #takeMon(argument: string): void {
    if (this.#rules.monDeprecated && !this.#warnedOfMon) {
      this.#warnedOfMon = true;
      this.#warn(
        "warning: '-mon' is deprecated, use '-object' with 'monitor-hmp' or 'monitor-qmp' types instead",
      );
    }
    const opts = this.#parse(argument, MONITOR_ARGUMENT);
    this.#claimMonitorId(opts.id);
    this.#monitors.push({
      location: this.#location,
      value: {
        id: opts.id,
        type: opts.get('mode') === 'control' ? 'monitor-qmp' : 'monitor-hmp',
        chardev: opts.get('chardev'),
        mode: opts.get('mode'),
        pretty: opts.bool('pretty', false),
      },
    });
  }

  #claimMonitorId(id: string | undefined): void {
    if (id === undefined) return;
    if (this.#monitorIds.has(id)) throw new StartError(`Duplicate ID '${id}' for mon`);
    this.#monitorIds.add(id);
  }

  /** `-qmp` and `-monitor`: a chardev of their own, and a monitor on it. */
  #takeCompatMonitor(argument: string, monitor: Pick<MonitorInfo, 'type' | 'pretty'>): void {
    let label: string;
    if (argument.startsWith('chardev:')) {
      label = argument.slice('chardev:'.length);
    } else {
      label = `compat_monitor${this.#compatMonitors++}`;
      const found = compatChardev(argument, label, this.#chardevGroup);
      const faults = 'faults' in found ? found.faults : this.#whyNot(() => this.#addChardev(found.opts));
      if (faults !== undefined) {
        for (const fault of faults) this.#warn(fault);
        throw new StartError(`parse error: ${argument}`);
      }
    }
    if (!isIdentifier(label)) throw new StartError(badIdentifier().message);
    this.#claimMonitorId(label);
    this.#monitors.push({ location: this.#location, value: { ...monitor, id: label, chardev: label } });
  }

  #whyNot(action: () => void): string[] | undefined {
    try {
      action();
      return undefined;
    } catch (error) {
      if (error instanceof StartError) return [error.message];
      throw error;
    }
  }

  /** A port of the guest: its chardev is opened when all monitors are there. */
  #takePort(kind: PortStep['kind'], argument: string): void {
    if (argument === 'none') return;
    const index = this.#ports.filter(({ value }) => value.kind === kind).length;
    const id = kind === 'debugcon' ? kind : `${kind}${index}`;
    const refusal =
      kind === 'debugcon'
        ? `invalid character backend '${argument}'`
        : `could not connect ${kind} device to character backend '${argument}'`;
    const port = { kind, id, refusal, monitor: argument.startsWith('mon:') };
    const step = (value: Partial<PortStep>): void => {
      this.#ports.push({ location: this.#location, value: { ...port, ...value } });
    };
    if (argument.startsWith('chardev:')) return step({ id: argument.slice('chardev:'.length) });
    const found = compatChardev(argument, id, this.#chardevGroup);
    if ('faults' in found) return step({ faults: found.faults });
    step({ chardev: this.#chardevStep(found.opts) });
  }

  #takeObject(argument: string): void {
    const asked = readObject(argument, this.#profile);
    if ('monitor' in asked) {
      this.#objectMonitors.push({
        location: this.#location,
        value: { ...asked.monitor, placeless: true },
      });
    } else {
      const objects = this.#machine.objects ?? [];
      const { id } = asked.object;
      if (objects.some((object) => object.id === id)) throw new StartError(`Duplicate ID '${id}' for object`);
      this.#machine.objects = [...objects, asked.object];
    }
  }

  #takeDevice(argument: string): void {
    const value = readDevice(argument, this.#profile);
    const id = value.args.get('id');
    if (typeof id === 'string' && !value.typed) {
      if (this.#devices.some((step) => step.value.args.get('id') === id)) {
        throw new StartError(`Duplicate ID '${id}' for device`);
      }
    }
    this.#devices.push({ location: this.#location, value });
  }

  #takeIncoming(argument: string): void {
    // JSON names a channel, of which nothing is looked at.
    if (argument === '' && this.#rules.incomingChannels) {
      throw new StartError("Parameter 'channel-type' is missing");
    }
    if (!argument.startsWith('{') && !isMigrationUri(argument)) {
      throw new StartError(
        argument.includes(':') || !this.#rules.incomingChannels
          ? `unknown migration protocol: ${argument}`
          : `Parameter 'channel-type' does not accept value '${argument}'`,
      );
    }
    this.#machine.incoming = argument;
  }

  #takeName(argument: string): void {
    const guest = this.#parse(argument, NAME).get('guest');
    if (guest !== undefined && guest !== '') this.#machine.name = guest;
  }

  #takeUuid(argument: string): void {
    if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(argument)) {
      throw new StartError('failed to parse UUID string: wrong format');
    }
    this.#machine.uuid = argument.toLowerCase();
  }

  #takeMachine(argument: string): void {
    const opts = parseQemuOpts(argument, { ...ANYTHING, implied: 'type' });
    const type = opts.get('type');
    if (type !== undefined) this.#machine.type = type;
  }

  #takeMemory(argument: string): void {
    const size = this.#parse(argument, MEMORY).get('size');
    const bytes = size === undefined ? undefined : parseSize(size, 'M');
    if (bytes !== undefined && bytes > 0) this.#machine.memory = bytes / 1024 ** 2;
  }

  #takeCpus(argument: string): void {
    const opts = parseQemuOpts(argument, { ...ANYTHING, implied: 'cpus' });
    const topology = ['sockets', 'dies', 'clusters', 'modules', 'cores', 'threads'];
    const product = topology.reduce((count, name) => count * (opts.number(name) ?? 1), 1);
    this.#machine.cpus = opts.number('cpus') ?? product;
  }

  #setAction(name: string, value: string): void {
    const choice: readonly string[] = ACTIONS[name as keyof MachineActions];
    if (!choice.includes(value)) {
      throw new StartError(`Parameter '${name}' does not accept value '${value}'`);
    }
    this.#machine.action = { ...this.#machine.action, [name]: value };
  }

  #takeCompat(argument: string): void {
    for (const pair of argument.split(',')) {
      const at = pair.indexOf('=');
      if (at < 0) throw new StartError(`Expected '=' after parameter '${pair}'`);
      const name = pair.slice(0, at);
      const value = pair.slice(at + 1);
      const member = Object.hasOwn(COMPAT, name) ? COMPAT[name] : undefined;
      if (member === undefined) throw new StartError(`Parameter '${name}' is unexpected`);
      if (!member[1].includes(value)) {
        throw new StartError(`Parameter '${name}' does not accept value '${value}'`);
      }
      this.#machine.compat = { ...this.#machine.compat, [member[0]]: value };
    }
  }
}
