import { QDict } from '../engine/json/value.ts';
import { QmpCommandError } from 'qmp-core/errors';
import type { Conversation } from '../engine/monitor/command-host.ts';
import { notModelled } from '../engine/not-modelled.ts';
import type { QemuProfile } from '../engine/profile.ts';
import type { ScriptLayer } from '../machine/dispatcher.ts';
import type { Machine } from '../machine/machine.ts';
import type { MachineHost, MonitorInfo } from '../machine/machine-host.ts';
import type { ChardevSet } from './chardev/chardev-set.ts';
import { DeviceFrontend } from './chardev/device-frontend.ts';
import { HmpFrontend } from './chardev/hmp-frontend.ts';
import { QmpFrontend } from './chardev/qmp-frontend.ts';
import { coldDrives, coldNodes, hotDrive, hotNode } from './block/cold-blocks.ts';
import { SocketChardev } from './chardev/socket-chardev.ts';
import { listenError } from './chardev/socket-errors.ts';
import { chardevFromQapi } from './command-line/chardev-options.ts';
import type { SocketPlace } from './command-line/socket-address.ts';
import { StartError } from './command-line/start-error.ts';
import type { StartPlan } from './command-line/start-plan.ts';
import { areGoodCertificates } from './certificates.ts';
import { decryptAes } from './decrypt-aes.ts';
import { terminationNotice, type EndSignal } from './end-signal.ts';
import type { Host } from './host.ts';
import { MachineRunner } from './machine-runner.ts';
import { whyNotReached } from './migration-destination.ts';
import { NbdSockets } from './nbd/nbd-sockets.ts';
import { whyTaken } from './taken-ports.ts';
import { readHead } from './read-head.ts';
import { MonitorSet, type FrontendFactory } from './monitor-set.ts';
import { Opening } from './opening.ts';
import { DeviceChecks } from './start-checks/devices.ts';
import { virtioDrives } from './start-checks/drives.ts';
import { warnOfPeers } from './start-checks/networks.ts';
import { checkStart } from './start-checks/start-checks.ts';
import type { VncService } from './vnc/vnc-service.ts';

/** Parts of a {@link VirtualQemu}. */
export interface VirtualQemuOptions {
  /** Everything that its command line asks for. */
  readonly plan: StartPlan;
  /** Its version. */
  readonly profile: QemuProfile;
  /** Host of the process. */
  readonly host: Host;
  /** Answers that come before the machine's own. */
  readonly script?: ScriptLayer | undefined;
  /** Makes monitors and devices in another way than usual. */
  readonly frontends?: Partial<FrontendFactory> | undefined;
  /** Gives the words to refuse `qmp_capabilities` with, or `undefined`. */
  readonly refuseNegotiation?: (() => string | undefined) | undefined;
  /**
   * Called for each answer that the machine doesn't model, with the QMP command; `undefined` for a line of a
   * human monitor.
   */
  readonly onNotModelled?: ((what: string, command: string | undefined) => void) | undefined;
  /** Called with the exit status when it has ended and all listeners are closed. The host is told next. */
  readonly onEnd?: ((code: number) => void) | undefined;
  /**
   * Bytes that may wait for a client that doesn't read. Default 1 GiB; a real QEMU doesn't have such a limit.
   */
  readonly unsentLimit?: number | undefined;
}

const UNSENT_LIMIT = 1024 * 1024 * 1024;

/** Time in ms that a client may take to read the rest when a QEMU ends. */
const GRACE = 100;
/** Time in ms that a command may take which is under way when the machine ends. */
const PATIENCE = 1000;

/**
 * A QEMU without a process of its own: a machine, its monitors and their chardevs, over a {@link Host}. Its
 * life is *open* (files, sockets, the background), *attach* (monitors and devices on the chardevs), *run*,
 * *end*.
 *
 * One process may have all of it. Or one process opens everything with an {@link Opening}, and relays its
 * clients to another, whose host says that everything is `opened`.
 *
 * @example
 * const qemu = new VirtualQemu({ plan, profile, host });
 * await qemu.start();
 */
export class VirtualQemu {
  /** Machine, answers to commands, and events. */
  readonly runner: MachineRunner;
  /** Monitors that are attached. */
  readonly monitors: MonitorSet;
  readonly #options: VirtualQemuOptions;
  readonly #frontends: FrontendFactory;
  #opening: Opening;
  #released: Promise<unknown> = Promise.resolve();
  #vnc: VncService | undefined;

  constructor(options: VirtualQemuOptions) {
    const { plan, profile, host, script, refuseNegotiation, unsentLimit = UNSENT_LIMIT } = options;
    this.#options = options;
    this.#opening = new Opening(options);
    this.#frontends = {
      qmp: (_monitor, ordinary) => new QmpFrontend(ordinary),
      hmp: () =>
        new HmpFrontend(
          () => this.machine,
          () => this.runner.exitCode !== undefined,
          (what) => options.onNotModelled?.(what, undefined),
        ),
      device: () => new DeviceFrontend(),
      ...options.frontends,
    };
    this.runner = new MachineRunner({
      profile,
      clock: host.clock,
      script,
      options: plan.machine,
      host: this.#machineHost(),
      refuseNegotiation,
      onNotModelled: (what, command) => options.onNotModelled?.(what, command),
      onExit: (code) => void this.#end(code),
    });
    this.monitors = new MonitorSet({
      chardevs: () => this.#opening.chardevs,
      frontends: this.#frontends,
      session: (monitor) => () => ({ profile, host: this.runner, pretty: monitor.pretty === true }),
      unsentLimit,
      onOpen: ({ session }) => this.runner.add(session),
      onClose: ({ session }) => this.runner.delete(session),
    });
  }

  /** The machine behind the monitors. */
  get machine(): Machine {
    return this.runner.machine;
  }

  /** Chardevs that are open. */
  get chardevs(): ChardevSet {
    return this.#opening.chardevs;
  }

  /**
   * Opens everything that the command line asks for (see {@link Opening.run}), or takes it over if another
   * process has opened it (`Host.opened`). Then it attaches the monitors.
   *
   * @returns Whether this process goes on; `false` if a process in the background has taken over.
   * @throws StartError with QEMU's words.
   */
  async start(): Promise<boolean> {
    if (this.#options.host.opened === true) this.#opening.adopt();
    else if (!(await this.#opening.run())) return false;
    try {
      this.#plugDevices();
      const { context } = this.#opening;
      warnOfPeers(context, this.machine.networkWarnings);
      if (!context.preconfig) {
        checkStart(context, 'devices');
        this.#loadSnapshot();
        checkStart(context, 'resumption');
      }
      checkStart(context, 'displays');
      await this.#openVnc();
    } catch (error) {
      this.#opening.removePidFile();
      throw error;
    }
    this.#attach();
    return true;
  }

  /** Plugs in the devices of the command line. Throws a `StartError` with QEMU's words. */
  #plugDevices(): void {
    const { host } = this.#options;
    const { context } = this.#opening;
    this.#openBlocks();
    if (context.preconfig) return;
    const checks = new DeviceChecks(context);
    const onDrives = virtioDrives(context);
    const given = this.#options.plan.devices;
    // Those in JSON come after all others (`qemu_create_cli_devices` in `system/vl.c`).
    const plain = given.filter(({ value }) => !value.typed);
    const typed = given.filter(({ value }) => value.typed);
    for (const { location, value } of [...plain, ...onDrives, ...typed]) {
      try {
        checks.before(value, location);
        const properties = this.machine.addDevice(value, (text) =>
          host.stderr(`${host.program}: ${location}: warning: ${text}\n`),
        );
        checks.after({ ...value, args: new QDict(properties) });
      } catch (error) {
        if (error instanceof QmpCommandError) throw new StartError(error.desc, { location });
        throw error instanceof StartError ? error.at(location) : error;
      }
    }
  }

  /** Opens the block nodes and drives of the command line. Throws a `StartError` with QEMU's words. */
  #openBlocks(): void {
    const { context } = this.#opening;
    const { blocks } = this.machine;
    const nodes = coldNodes(context);
    const drives = coldDrives(context);
    blocks.expect([...nodes, ...drives].map(({ option }) => option));
    for (const { location, option, value } of nodes) {
      onBehalfOf(location, () => blocks.addNode(value, option));
    }
    for (const { location, option, value } of drives) {
      onBehalfOf(location, () => blocks.addDrive(value, option));
    }
    if (!context.preconfig) blocks.connectBoard();
  }

  /** `-loadvm`: begins with a snapshot. Throws a `StartError` with QEMU's words. */
  #loadSnapshot(): void {
    const name = this.#opening.context.last('loadvm')?.argument;
    if (name !== undefined) onBehalfOf(undefined, () => this.machine.loadSnapshot(name));
  }

  /** Opens the VNC servers. Throws a `StartError` with QEMU's words. */
  async #openVnc(): Promise<void> {
    if (this.machine.ui.vnc.length === 0) return;
    // Most machines have none: they don't pay for it.
    const { VncService } = await import('./vnc/vnc-service.ts');
    this.#vnc = new VncService({
      host: this.#options.host,
      listen: this.#listen,
      machine: () => this.machine,
      notModelled: (what) => this.#options.onNotModelled?.(what, undefined),
    });
    await this.#vnc.open(this.#opening.context);
  }

  /** Attaches the monitors and the guest's devices to their chardevs: from now on clients are greeted. */
  #attach(): void {
    const { chardevs, monitors, devices } = this.#opening;
    for (const monitor of monitors) this.monitors.attach(monitor, chardevs.get(monitor.chardev)!);
    for (const label of devices) chardevs.get(label)?.attach(this.#frontends.device(label));
    chardevs.run();
    this.#opening.sayPending();
    this.#options.host.ready();
  }

  /** Adds a monitor to a chardev. Throws a `StartError` with QEMU's words if the chardev can't be had. */
  addMonitor(monitor: MonitorInfo): void {
    this.monitors.attach(monitor, this.#opening.claim(monitor.chardev));
  }

  /** Makes up an id for a monitor without one, as QEMU does. */
  nextMonitorId(): string {
    return this.#opening.nextMonitorId();
  }

  /**
   * Delivers a signal: QEMU says so, sends SHUTDOWN, and ends.
   *
   * @param sender - Sender of the signal, as QEMU prints it: `1234 (/usr/bin/virtd)`.
   */
  signal(name: EndSignal, sender: string): void {
    const { host } = this.#options;
    host.stderr(terminationNotice(host.program, name, sender));
    this.machine.terminate();
  }

  /**
   * Starts again with a fresh machine, after its end or in the middle. Monitors and clients stay. After an
   * end they are gone, and {@link start} opens them again.
   */
  restart(): void {
    if (this.runner.exitCode !== undefined) this.#opening = new Opening(this.#options);
    const running = this.runner.exitCode === undefined;
    this.#vnc?.drop();
    this.runner.restart();
    if (!running) return;
    this.#plugDevices();
    this.#loadSnapshot();
    this.#vnc?.setPasswords(this.#opening.context);
  }

  /**
   * Ends everything without telling the machine. You may call it more than once.
   *
   * @param grace - Time in ms that a client may take to read the rest. Default 100.
   * @param patience - Time in ms that a command under way may take. Default 0.
   * @returns Resolves when all listeners are closed, and all output has been sent.
   */
  async close(grace: number = GRACE, patience: number = 0): Promise<void> {
    this.runner.stop();
    const { released, sent } = this.monitors.end(grace, patience);
    this.#opening.removePidFile();
    this.#released = Promise.all([this.#released, released, this.#vnc?.close()]);
    this.#vnc = undefined;
    await Promise.all([this.#released, sent]);
  }

  async #end(code: number): Promise<void> {
    // QEMU answers the command that ends it, or that its end meets, before its process goes.
    const sent = this.close(GRACE, PATIENCE);
    await this.#released;
    this.#options.onEnd?.(code);
    this.#options.host.exit(code, sent);
  }

  /** Listens, unless a network of the machine has the port. */
  readonly #listen: Host['listen'] = async (request, onClient) => {
    const error = whyTaken(request.place, this.machine);
    if (error !== undefined) throw error;
    return this.#options.host.listen(request, onClient);
  };

  /** Whether a conversation is one over a UNIX socket, from whose other end descriptors may come. */
  #isOnUnixSocket(session: Conversation): boolean {
    const id = this.monitors.idOf(session);
    // A line of a human monitor doesn't say which one it was typed in.
    const monitors = this.monitors
      .list()
      .filter((one) => (id === undefined ? one.type === 'monitor-hmp' : one.id === id));
    return monitors.some(({ chardev }) => {
      const found = this.chardevs.get(chardev);
      return found instanceof SocketChardev && found.isLocal;
    });
  }

  #assertUntaken(place: SocketPlace): void {
    const error = whyTaken(place, this.machine);
    if (error !== undefined) throw listenError(place, error);
  }

  #machineHost(): Omit<MachineHost, 'emit' | 'exit' | 'clock'> {
    const { host } = this.#options;
    return {
      chardevs: {
        list: () => this.chardevs.list().map(({ info }) => info),
        add: async (id, backend) => {
          if (this.chardevs.has(id)) throw new StartError(`Duplicate ID '${id}' for chardev`);
          const spec = chardevFromQapi(backend);
          if (spec.kind === 'socket' && spec.server) this.#assertUntaken(spec.place);
          await this.#opening.opener.open(id, spec);
        },
        remove: (id) => void this.chardevs.remove(id),
        yank: (id) => this.chardevs.get(id)?.yank(),
      },
      monitors: {
        list: () => this.monitors.list(),
        idOf: (session) => this.monitors.idOf(session),
        add: (monitor) => this.addMonitor(monitor),
        remove: (id) => this.monitors.remove(id),
      },
      vnc: {
        sockets: (id) => this.#vnc?.sockets.of(id) ?? [],
        listen: async (id, places) => this.#vnc?.sockets.listen(id, places),
      },
      nbd: new NbdSockets({ listen: this.#listen }),
      descriptors: {
        take: (session) => {
          // Node.js reads past descriptors that come with the bytes.
          if (this.#isOnUnixSocket(session)) notModelled('descriptors that come over a UNIX socket');
          return undefined;
        },
        close: () => {},
      },
      hasKvm: () => host.whyNoKvm?.() === undefined,
      whyNotWritable: (path) => host.file.whyNotWritable(path),
      writeFile: (path, bytes) => host.file.write(path, bytes),
      whyNotOpened: (path) => host.file.whyNotReadable(path),
      hotDrives: {
        drive: (argument, isThere) => refusing(() => hotDrive(this.#opening.context, argument, isThere)),
        node: (argument) => hotNode(this.#opening.context, argument),
      },
      images: host.images,
      threads: host.threads,
      readHead: (path) => readHead(host.file, path),
      decryptAes,
      areGoodCertificates: (authority, own) =>
        areGoodCertificates((path) => host.file.read(path), authority, own),
      whyNotBound: host.whyNotBound,
      whyNotReached: (uri) => whyNotReached(host, uri),
      warn: (text) => host.stderr(`${text}\n`),
      fail: (message) => host.stderr(`${host.program}: ${message}\n`),
    };
  }
}

/** Does something that an option asks for: a refusal names the option. */
function onBehalfOf(location: string | undefined, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (error instanceof QmpCommandError)
      throw new StartError(error.desc, location === undefined ? {} : { location });
    throw error;
  }
}

/** Does something for a monitor: what refuses a command line refuses a command there. */
function refusing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof StartError ? new QmpCommandError('GenericError', error.message) : error;
  }
}
