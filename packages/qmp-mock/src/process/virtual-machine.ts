import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers';
import { SystemClock } from './system-clock.ts';
import type { QDict } from '../engine/json/value.ts';
import { Dispatcher } from '../machine/dispatcher.ts';
import { Machine } from '../machine/machine.ts';
import type { ChardevRegistry, MachineHost, MonitorInfo, MonitorRegistry } from '../machine/machine-host.ts';
import type { MachineOptions } from '../machine/machine-options.ts';
import { machineRules, type MachineRules } from '../machine/machine-rules.ts';
import { EventHub } from '../engine/monitor/event-hub.ts';
import type { Conversation } from '../engine/monitor/command-host.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { checkArguments } from '../engine/schema/check-arguments.ts';
import { schemaOf, type Schema } from '../engine/schema/schema.ts';
import { chardevFromQapi } from './command-line/chardev-options.ts';
import { DeviceFrontend, InertChardev, MuxChardev, type Chardev } from './chardev/chardev.ts';
import { HmpFrontend } from './chardev/hmp-frontend.ts';
import { QmpFrontend } from './chardev/qmp-frontend.ts';
import type { ChardevSpec } from './command-line/socket-address.ts';
import { programName } from './command-line/program-name.ts';
import { SocketChardev } from './chardev/socket-chardev.ts';
import { StartError } from './command-line/start-error.ts';
import { StdioChardev } from './chardev/stdio-chardev.ts';
import { strerror } from './chardev/strerror.ts';

/** A machine with its chardevs and monitors: what a fake QEMU is, once its command line is understood. */
export class VirtualMachine {
  /** The machine behind the monitors. */
  readonly machine: Machine;
  readonly #profile: QemuProfile;
  readonly #rules: MachineRules;
  readonly #chardevs = new Map<string, Chardev>();
  readonly #monitors = new Map<string, { info: MonitorInfo; frontend: QmpFrontend | HmpFrontend }>();
  readonly #clock = new SystemClock();
  readonly #hub: EventHub;
  readonly #host: Dispatcher;
  readonly #onExit: (code: number) => void;
  #schema: Schema | undefined;
  #exiting = false;

  /** @param onExit - Called once, when the machine has ended and everything that it sent is on its way. */
  constructor(profile: QemuProfile, options: MachineOptions, onExit: (code: number) => void) {
    this.#profile = profile;
    this.#rules = machineRules(profile);
    this.#onExit = onExit;
    this.#hub = new EventHub({ clock: this.#clock });
    this.machine = new Machine(profile, this.#machineHost(), options);
    this.#host = new Dispatcher({
      machine: this.machine,
      // The schema is large: a program that only starts and stops a machine never needs it.
      schema: {
        find: (name) => this.#schemaOf().commands.get(name),
        check: (name, args) => checkArguments(this.#schemaOf(), name, args, options.compat),
      },
    });
  }

  /** Opens a chardev. Throws a `StartError` with QEMU's text where that fails. */
  async addChardev(label: string, spec: ChardevSpec, waiting?: (filename: string) => void): Promise<void> {
    for (const name of spec.mux ? [`${label}-base`, label] : [label]) {
      if (!this.#chardevs.has(name)) continue;
      throw new StartError(`attempt to add duplicate property '${name}' to object (type 'container')`);
    }
    if (spec.kind === 'socket' && spec.tlsCreds !== undefined && !this.#hasObject(spec.tlsCreds)) {
      throw new StartError(`No TLS credentials with id '${spec.tlsCreds}'`);
    }
    const base = this.#create(spec.mux ? `${label}-base` : label, spec);
    if (spec.logFile !== undefined) touch(spec.logFile.path, spec.logFile.append, 'create');
    this.#chardevs.set(base.label, base);
    if (spec.mux) this.#chardevs.set(label, new MuxChardev(label, base));
    if (!(base instanceof SocketChardev) || spec.kind !== 'socket') return;
    try {
      await base.open();
    } catch (error) {
      this.#chardevs.delete(label);
      this.#chardevs.delete(base.label);
      throw error;
    }
    if (!spec.wait) return;
    waiting?.(base.filename);
    await base.waitForClient();
  }

  /** Whether there is a chardev of that id. */
  hasChardev(label: string): boolean {
    return this.#chardevs.has(label);
  }

  /** Attaches a device of the guest, where the machine has such devices. */
  addDevice(label: string): void {
    if (!this.machine.board.bare) this.#chardevs.get(label)?.attach(new DeviceFrontend());
  }

  /** Attaches a monitor. Throws a `StartError` with QEMU's text where that fails. */
  addMonitor(info: MonitorInfo): void {
    const chardev = this.#chardevs.get(info.chardev);
    if (chardev === undefined) throw new StartError(`chardev "${info.chardev}" not found`);
    if (chardev instanceof MuxChardev && chardev.full) {
      throw new StartError(this.#rules.muxFull.replace('%', () => info.chardev));
    }
    if (chardev.busy && chardev.kind !== 'mux') {
      throw new StartError(this.#rules.chardevInUse.replace('%', () => info.chardev));
    }
    const frontend = this.#frontendOf(info);
    this.#monitors.set(info.id, { info, frontend });
    chardev.attach(frontend);
  }

  #hasObject(id: string): boolean {
    return this.machine.options.objects?.some((object) => object.id === id) === true;
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.#hub.clear();
    await Promise.all([...this.#chardevs.values()].map((chardev) => chardev.close()));
  }

  #create(label: string, spec: ChardevSpec): Chardev {
    switch (spec.kind) {
      case 'socket':
        return new SocketChardev(label, spec, this.#rules);
      case 'stdio':
        if ([...this.#chardevs.values()].some(({ kind }) => kind === 'stdio')) {
          throw new StartError('cannot use stdio by multiple character devices');
        }
        return new StdioChardev(label);
      case 'file': {
        if (spec.input !== undefined) assertOpens(spec.input);
        touch(spec.path, spec.append, 'open');
        return new InertChardev(label, 'file');
      }
      default:
        if (spec.opens !== undefined) assertOpens(spec.opens);
        return new InertChardev(label, spec.name);
    }
  }

  #frontendOf(info: MonitorInfo): QmpFrontend | HmpFrontend {
    if (info.type === 'monitor-hmp') return new HmpFrontend(this.machine, () => this.#exiting);
    return new QmpFrontend({
      profile: this.#profile,
      host: this.#host,
      hub: this.#hub,
      pretty: info.pretty === true,
      // The first command needs the schema: it is read while the client reads its greeting.
      onGreet: () => setImmediate(() => this.#schemaOf()),
      onLeave: info.closeAction === 'delete' ? () => this.#deleteMonitor(info) : undefined,
    });
  }

  /** `close-action=delete`: the monitor goes with its client, and its chardev too. */
  #deleteMonitor(info: MonitorInfo): void {
    this.#monitors.delete(info.id);
    void this.#removeChardev(info.chardev);
  }

  #removeChardev(label: string): Promise<void> {
    const chardev = this.#chardevs.get(label);
    this.#chardevs.delete(label);
    return chardev?.close() ?? Promise.resolve();
  }

  #schemaOf(): Schema {
    this.#schema ??= schemaOf(this.#profile);
    return this.#schema;
  }

  #machineHost(): MachineHost {
    return {
      clock: this.#clock,
      emit: (event, data) => this.#hub.emit(event, data),
      exit: (code) => {
        if (this.#exiting) return;
        this.#exiting = true;
        void this.close().then(() => this.#onExit(code));
      },
      chardevs: this.#chardevRegistry(),
      monitors: this.#monitorRegistry(),
      whyNotWritable,
      fail: (message) => process.stderr.write(`${programName()}: ${message}\n`),
    };
  }

  #chardevRegistry(): ChardevRegistry {
    return {
      list: () => [...this.#chardevs.values()].map(({ info }) => info),
      add: async (id: string, backend: QDict) => {
        if (this.#chardevs.has(id)) throw new StartError(`Duplicate ID '${id}' for chardev`);
        await this.addChardev(id, chardevFromQapi(backend));
      },
      remove: (id) => void this.#removeChardev(id),
      yank: (id) => {
        const chardev = this.#chardevs.get(id);
        if (chardev instanceof SocketChardev) chardev.yank();
      },
    };
  }

  #monitorRegistry(): MonitorRegistry {
    return {
      list: () => [...this.#monitors.values()].map(({ info }) => info),
      idOf: (session: Conversation) => {
        for (const [id, { frontend }] of this.#monitors) {
          if (frontend instanceof QmpFrontend && frontend.session === session) return id;
        }
        return undefined;
      },
      add: (monitor) => this.addMonitor(monitor),
      remove: (id) => {
        const monitor = this.#monitors.get(id);
        this.#monitors.delete(id);
        if (monitor !== undefined) this.#chardevs.get(monitor.info.chardev)?.detach();
      },
    };
  }
}

/** Makes a file; empties one that is there, unless it is to be appended to. */
function touch(path: string, append: boolean, verb: string): void {
  try {
    closeSync(openSync(path, append ? 'a' : 'w'));
  } catch (error) {
    throw new StartError(`Could not ${verb} '${path}': ${strerror(error)}`);
  }
}

/** Opens and closes again what a chardev would read from. A pipe without an other end must not hold us up. */
function assertOpens(path: string): void {
  try {
    closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
  } catch (error) {
    throw new StartError(`Could not open '${path}': ${strerror(error)}`);
  }
}

/** Why a file cannot be written, or `undefined` where it can. Nothing is written. */
export function whyNotWritable(path: string): string | undefined {
  try {
    if (!statSync(dirname(path)).isDirectory()) return 'Not a directory';
    accessSync(dirname(path), constants.X_OK);
  } catch (error) {
    return strerror(error);
  }
  try {
    if (statSync(path).isDirectory()) return 'Is a directory';
    accessSync(path, constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return strerror(error);
    try {
      accessSync(dirname(path), constants.W_OK);
    } catch (denied) {
      return strerror(denied);
    }
  }
  return undefined;
}
