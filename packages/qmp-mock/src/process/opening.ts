import type { MonitorInfo } from '../machine/machine-host.ts';
import { machineRules, type MachineRules } from '../machine/machine-rules.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { MAX_MUX, MuxChardev, type Chardev } from './chardev/chardev.ts';
import { ChardevOpener } from './chardev/chardev-opener.ts';
import { ChardevSet } from './chardev/chardev-set.ts';
import { DescriptorSets } from './chardev/descriptor-sets.ts';
import { chardevOfMonitor } from './command-line/monitor-step.ts';
import { assertCanDaemonize, assertMachineType } from './command-line/read-arguments.ts';
import { saidAt } from './command-line/said-at.ts';
import { StartError } from './command-line/start-error.ts';
import type { ChardevStep, MonitorStep, PortStep, StartPlan, Step } from './command-line/start-plan.ts';
import type { Host } from './host.ts';
import { beginLogging } from './logging.ts';
import { checkDrives } from './start-checks/drives.ts';
import { lookAtNetworks } from './start-checks/network-backends.ts';
import { checkStart, type StartStage } from './start-checks/start-checks.ts';
import { StartContext } from './start-checks/start-context.ts';
import { strerror } from './strerror.ts';

/** Options of {@link Opening}. */
export interface OpeningOptions {
  readonly plan: StartPlan;
  readonly profile: QemuProfile;
  readonly host: Host;
}

/**
 * The first half of a QEMU's life, before it needs a machine. It empties the log, goes into the background,
 * writes the pid file, opens the chardevs in QEMU's order (with `wait=on` one after another, each when it has
 * its client), and checks that monitors and ports find theirs.
 *
 * A process without the machine runs only this half, and relays the clients to the process that has it.
 *
 * @example
 * const opening = new Opening({ plan, profile, host });
 * if (await opening.run()) opening.relay((chardev, stream) => send(chardev, stream));
 */
export class Opening {
  /** Chardevs that are open. */
  readonly chardevs: ChardevSet = new ChardevSet();
  /** Opens chardevs among these. */
  readonly opener: ChardevOpener;
  readonly #options: OpeningOptions;
  readonly #rules: MachineRules;
  readonly #monitors: MonitorInfo[] = [];
  readonly #devices: string[] = [];
  #nextMonitor: number;
  #removePidFile: (() => void) | undefined;
  #context: StartContext | undefined;
  #isQuiet = false;
  #sets: DescriptorSets | undefined;
  /** Complaints of chardevs before the main loop runs. */
  #pending: string[] | undefined = [];

  constructor(options: OpeningOptions) {
    const { plan, profile, host } = options;
    this.#options = options;
    this.#rules = machineRules(profile);
    this.#nextMonitor = plan.nextMonitor;
    this.opener = new ChardevOpener({
      chardevs: this.chardevs,
      host,
      clock: host.socketClock ?? host.clock,
      rules: this.#rules,
      complain: (text) => (this.#pending === undefined ? this.#say(text) : void this.#pending.push(text)),
      hasObject: (id) => plan.machine.objects?.some((object) => object.id === id) === true,
      descriptorSets: () => this.#descriptorSets,
    });
  }

  /** Monitors to attach, each of which has claimed its chardev. */
  get monitors(): readonly MonitorInfo[] {
    return this.#monitors;
  }

  /** Chardevs that devices of the guest have claimed. */
  get devices(): readonly string[] {
    return this.#devices;
  }

  /**
   * Opens everything, in QEMU's order.
   *
   * @returns Whether this process continues; `false` if a process in the background has taken over.
   * @throws StartError with QEMU's words. As QEMU does, it then removes its pid file and leaves its sockets.
   */
  async run(): Promise<boolean> {
    const { plan, profile, host } = this.#options;
    this.#check('request');
    beginLogging({
      options: plan.options,
      host,
      items: this.#rules.logItems,
      say: (text) => this.#say(text),
    });
    if (plan.daemonize) {
      assertCanDaemonize(plan);
      const descriptors = plan.chardevs.flatMap(({ value }) => value.fd ?? []);
      if (!host.daemonize([...descriptors, ...this.#descriptorSets.descriptors])) return false;
    }
    if (plan.pidFile !== undefined) this.#writePidFile(plan.pidFile);
    try {
      assertMachineType(plan.machine.type, profile);
      this.#check('machine');
      for (const { location, value } of plan.chardevs) {
        await onBehalfOf(location, () => this.#openChardev(value, location));
      }
      await lookAtNetworks(this.context, host);
      this.#check('backends');
      this.#claimMonitors();
      for (const step of plan.ports) await this.#openPort(step);
      this.#check('processors');
      if (!this.context.preconfig) this.#check('board');
      this.#assertBusOfDebugConsole();
    } catch (error) {
      this.#removePidFile?.();
      throw error;
    }
    return true;
  }

  /**
   * Takes over what another process has opened with {@link run}: the host gives the streams of its clients.
   * It doesn't write files, wait for clients, or print anything.
   */
  adopt(): void {
    const { plan } = this.#options;
    for (const { value } of plan.chardevs) this.#adoptChardev(value);
    this.#readDrives();
    this.#claimMonitors();
    for (const { value } of plan.ports) {
      if (value.chardev !== undefined) this.#adoptChardev(value.chardev);
      this.#claimPort(value);
    }
  }

  /**
   * Hands on the untouched stream of every client, with the id of its chardev. Call it before {@link run}.
   */
  get relay(): ChardevSet['relay'] {
    return (take) => this.chardevs.relay(take);
  }

  /** Reserves a chardev for a monitor. Throws a `StartError` with QEMU's words if it can't be had. */
  claim(label: string): Chardev {
    const chardev = this.chardevs.get(label);
    if (chardev === undefined) throw new StartError(`chardev "${label}" not found`);
    const words = (text: string): StartError => new StartError(text.replace('%', () => label));
    if (chardev instanceof MuxChardev) {
      if (chardev.users >= MAX_MUX) throw words(this.#rules.muxFull);
    } else if (chardev.taken) throw words(this.#rules.chardevInUse);
    chardev.claim();
    return chardev;
  }

  /** Makes up an id for a monitor without one, as QEMU does. */
  nextMonitorId(): string {
    return `compat_monitor${this.#nextMonitor++}`;
  }

  /** Prints what was held back until the main loop runs. */
  sayPending(): void {
    const pending = this.#pending ?? [];
    this.#pending = undefined;
    for (const text of pending) this.#say(text);
  }

  /** Reads the drives of the command line, about which the other process has said everything. */
  #readDrives(): void {
    this.#isQuiet = true;
    try {
      checkDrives(this.context);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
    } finally {
      this.#isQuiet = false;
    }
  }

  /** Removes the pid file, if there is one. */
  removePidFile(): void {
    this.#removePidFile?.();
  }

  get #descriptorSets(): DescriptorSets {
    this.#sets ??= new DescriptorSets(this.context.of('add-fd'), this.#options.host.file);
    return this.#sets;
  }

  /** The context of the start's checks. */
  get context(): StartContext {
    const { plan, profile, host } = this.#options;
    this.#context ??= new StartContext({
      options: plan.options,
      profile,
      machine: plan.machine.type ?? 'pc',
      file: host.file,
      hasChardev: (id) => this.chardevs.has(id),
      chardevKind: (id) => this.chardevs.get(id)?.kind,
      whyNoKvm: () => host.whyNoKvm?.(),
      say: (text, place) => {
        if (this.#isQuiet) return;
        if (place === '') host.stderr(`${text}\n`);
        else this.#say(text, place);
      },
    });
    return this.#context;
  }

  #check(...stages: readonly StartStage[]): void {
    checkStart(this.context, ...stages);
  }

  #say(text: string, place?: string): void {
    const { host } = this.#options;
    host.stderr(`${saidAt(host.program, place, text)}\n`);
  }

  get #exists(): (id: string) => boolean {
    return (id) => this.chardevs.has(id);
  }

  async #openChardev({ id, spec }: ChardevStep, location: string): Promise<void> {
    await this.opener.open(id, spec(this.#exists), (filename) => {
      this.#say(`info: QEMU waiting for connection on: ${filename}`, location);
    });
  }

  #adoptChardev({ id, spec }: ChardevStep): void {
    this.opener.adopt(id, spec(this.#exists));
  }

  #claimMonitors(): void {
    for (const { location, value } of this.#options.plan.monitors) {
      onBehalfOfAtOnce(value.placeless === true ? undefined : location, () => this.#claimMonitor(value));
    }
  }

  #claimMonitor(step: MonitorStep): void {
    const chardev = chardevOfMonitor(step, this.#exists);
    this.claim(chardev);
    this.#monitors.push({ ...step, chardev, id: step.id ?? this.nextMonitorId() });
  }

  async #openPort({ location, value }: Step<PortStep>): Promise<void> {
    const { chardev, id, refusal, faults } = value;
    /** Refuses with QEMU's reasons, and then with the consequence for the port. */
    const refuse = (reasons: readonly string[]): never => {
      const words = [...reasons, refusal];
      throw new StartError(words[0] ?? refusal, { location, more: words.slice(1) });
    };
    if (faults !== undefined || (chardev === undefined && !this.chardevs.has(id))) refuse(faults ?? []);
    if (chardev !== undefined) {
      if (this.chardevs.has(id)) refuse([`Duplicate ID '${id}' for chardev`]);
      try {
        await this.#openChardev(chardev, location);
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        refuse([error.message]);
      }
    }
    this.#claimPort(value);
  }

  #claimPort({ kind, id, monitor }: PortStep): void {
    if (monitor) {
      this.claim(id);
      this.#monitors.push({ type: 'monitor-hmp', chardev: id, id: this.nextMonitorId() });
    } else if (!this.#bare && !(kind === 'parallel' && this.context.machine.kind === 'microvm')) {
      this.chardevs.get(id)?.claim();
      this.#devices.push(id);
    }
  }

  get #bare(): boolean {
    return this.#options.plan.machine.type === 'none';
  }

  #assertBusOfDebugConsole(): void {
    const debug = this.#options.plan.ports.find(({ value }) => value.kind === 'debugcon');
    if (debug === undefined || !this.#bare) return;
    throw new StartError("No 'ISA' bus found for device 'isa-debugcon'", { location: debug.location });
  }

  #writePidFile(path: string): void {
    try {
      this.#removePidFile = this.#options.host.writePidFile(path);
    } catch (error) {
      const isLocked = (error as NodeJS.ErrnoException).code === 'EAGAIN';
      const why = isLocked
        ? 'Cannot lock pid file: Resource temporarily unavailable'
        : `Could not create '${path}': ${strerror(error)}`;
      throw new StartError(`cannot create PID file: ${why}`);
    }
  }
}

/** Runs an action for a place on the command line, which a refusal then names. */
async function onBehalfOf(location: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw error instanceof StartError ? error.at(location) : error;
  }
}

function onBehalfOfAtOnce(location: string | undefined, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw error instanceof StartError && location !== undefined ? error.at(location) : error;
  }
}
