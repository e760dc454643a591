import { machineData, type MachineData } from '../../machine/machine-data.ts';
import type { MonitorInfo } from '../../machine/machine-host.ts';
import type { MachineActions, MachineOptions } from '../../machine/machine-options.ts';
import { machineRules, type MachineRules } from '../../machine/machine-rules.ts';
import { isMigrationUri } from '../../machine/migration.ts';
import { chardevFromOpts, compatChardev } from './chardev-options.ts';
import { readObject } from './object-option.ts';
import { ACTION, ACTIONS, ANYTHING, COMPAT, MEMORY, MONITOR_ARGUMENT, NAME } from './option-groups.ts';
import type { GivenOption } from './option-names.ts';
import { parseQemuOpts, parseSize, type OptionGroup, type QemuOpts } from './qemu-opts.ts';
import { StartError } from './start-error.ts';
import type { ChardevStep, CommandLine, MonitorStep, Step } from './start-plan.ts';

/** Reads the options one after another, as QEMU does, and stops at the first that is malformed. */
export class CommandLineReader {
  readonly #version: string;
  readonly #data: MachineData;
  readonly #rules: MachineRules;
  readonly #program: string;
  readonly #machine: MachineOptions = {};
  readonly #chardevs: Step<ChardevStep>[] = [];
  readonly #monitors: Step<MonitorStep>[] = [];
  readonly #objectMonitors: Step<MonitorStep>[] = [];
  readonly #ids = new Set<string>();
  readonly #warnings: string[] = [];
  readonly #ports: string[] = [];
  #serials = 0;
  #compatMonitors = 0;
  #warnedOfMon = false;
  #daemonize = false;
  #pidFile: string | undefined;
  #logFile: string | undefined;
  #print: CommandLine['print'];
  #location = '';

  constructor(version: string, program: string) {
    this.#version = version;
    this.#data = machineData(version);
    this.#rules = machineRules(version);
    this.#program = program;
  }

  /** Takes one option. Throws a `StartError` with QEMU's text. */
  take(option: GivenOption): void {
    this.#location = option.location;
    try {
      this.#take(option.name, option.argument ?? '');
    } catch (error) {
      throw error instanceof StartError ? error.at(option.location) : error;
    }
  }

  /** What was asked for. */
  finish(): CommandLine {
    this.#location = '';
    return {
      machine: this.#machine,
      chardevs: this.#chardevs,
      monitors: [...this.#objectMonitors, ...this.#monitors],
      ports: this.#ports,
      nextMonitor: this.#compatMonitors,
      daemonize: this.#daemonize,
      pidFile: this.#pidFile,
      logFile: this.#logFile,
      print: this.#print,
      warnings: this.#warnings,
    };
  }

  #take(name: string, argument: string): void {
    switch (name) {
      case 'version':
        this.#print ??= 'version';
        return;
      case 'h':
      case 'help':
        this.#print ??= 'help';
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
        return this.#takeSerial(name, argument);
      case 'object':
        return this.#takeObject(argument);
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
    }
  }

  #parse(argument: string, group: OptionGroup): QemuOpts {
    const location = this.#location;
    return parseQemuOpts(argument, group, (message, hint) => {
      this.#warnings.push(`${this.#program}: ${location}: ${message}`);
      if (hint !== undefined) this.#warnings.push(hint);
    });
  }

  get #chardevGroup(): OptionGroup {
    return { parameters: this.#data.chardevParameters, implied: 'backend', warnsOfFlags: true };
  }

  #takeChardev(argument: string): void {
    this.#addChardev(this.#parse(argument, this.#chardevGroup));
  }

  #addChardev(opts: QemuOpts): void {
    const { id = '' } = opts;
    if (id !== '' && this.#ids.has(id)) throw new StartError(`Duplicate ID '${id}' for chardev`);
    this.#ids.add(id);
    this.#chardevs.push({
      location: this.#location,
      value: {
        id,
        backend: opts.get('backend'),
        fd: opts.number('fd'),
        spec: () => chardevFromOpts(opts, this.#rules),
      },
    });
  }

  #takeMon(argument: string): void {
    if (this.#rules.monDeprecated && !this.#warnedOfMon) {
      this.#warnedOfMon = true;
      this.#warnings.push(
        `${this.#program}: ${this.#location}: warning: '-mon' is deprecated, use '-object' with 'monitor-hmp' or 'monitor-qmp' types instead`,
      );
    }
    const opts = this.#parse(argument, MONITOR_ARGUMENT);
    const mode = opts.get('mode') ?? 'readline';
    const chardev = opts.get('chardev');
    if (mode !== 'control' && mode !== 'readline') {
      throw new StartError(`Parameter 'mode' does not accept value '${mode}'`);
    }
    const pretty = opts.bool('pretty', false);
    this.#monitors.push({
      location: this.#location,
      value: {
        id: opts.id,
        type: mode === 'control' ? 'monitor-qmp' : 'monitor-hmp',
        chardev: chardev ?? '',
        pretty,
      },
    });
  }

  /** `-qmp` and `-monitor`: a chardev of their own, and a monitor on it. */
  #takeCompatMonitor(argument: string, monitor: Pick<MonitorInfo, 'type' | 'pretty'>): void {
    const id = `compat_monitor${this.#compatMonitors}`;
    const label = this.#compatChardev(argument, id);
    if (label === id) this.#compatMonitors += 1;
    this.#monitors.push({ location: this.#location, value: { ...monitor, id: label, chardev: label } });
  }

  /** Opens the chardev of a short form; gives its id. */
  #compatChardev(argument: string, id: string): string {
    const found = compatChardev(argument, id);
    if (found === undefined) {
      if (!argument.startsWith('tcp:')) {
        this.#warnings.push(`${this.#program}: ${this.#location}: '${argument}' is not a valid char driver`);
      }
      throw new StartError(`parse error: ${argument}`);
    }
    if (found.chardev !== undefined) return found.chardev;
    let opts: QemuOpts;
    try {
      opts = parseQemuOpts(found.argument, { ...this.#chardevGroup, warnsOfFlags: false });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      this.#warnings.push(`${this.#program}: ${this.#location}: ${error.message}`);
      throw new StartError(`parse error: ${argument}`);
    }
    this.#addChardev(opts);
    return id;
  }

  #takeSerial(name: string, argument: string): void {
    if (argument === 'none') return;
    const id = name === 'serial' ? `serial${this.#serials++}` : `${name}0`;
    if (argument.startsWith('mon:')) {
      return this.#takeCompatMonitor(argument.slice('mon:'.length), { type: 'monitor-hmp' });
    }
    const found = compatChardev(argument, id);
    if (found === undefined) {
      this.#warnings.push(`${this.#program}: ${this.#location}: '${argument}' is not a valid char driver`);
      throw new StartError(`could not connect ${name} device to character backend '${argument}'`);
    }
    this.#ports.push(this.#compatChardev(argument, id));
  }

  #takeObject(argument: string): void {
    const asked = readObject(argument, this.#version);
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

  #takeIncoming(argument: string): void {
    // JSON names a channel, of which nothing is looked at.
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
    if (type === 'help' || type === '?') this.#print ??= 'machines';
    else if (type !== undefined) this.#machine.type = type;
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
