import { fromPlain } from '../engine/json/plain.ts';
import type { QDict } from '../engine/json/value.ts';
import type { CommandCall } from '../engine/monitor/command-host.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { schemaOf } from '../engine/schema/schema.ts';
import { BlockBackends } from './block/backend/backends.ts';
import { isBlockDriver } from './block/block-drivers.ts';
import { boardDrivePaths } from './block/board-drives.ts';
import { ColdBlocks } from './block/cold-blocks.ts';
import { DriveLookup } from './block/backend/drive-lookup.ts';
import { NodeCommands } from './block/commands/node-commands.ts';
import { DeviceDrives } from './block/backend/device-drives.ts';
import { BlockGraph } from './block/graph/block-graph.ts';
import { Drives } from './block/drives.ts';
import { BlockExports } from './block/export/block-exports.ts';
import { GraphNodes } from './block/export/graph-nodes.ts';
import { bitmapActions } from './jobs/actions/bitmap-actions.ts';
import { GuestIo } from './block/guest-io.ts';
import { SnapshotCommands } from './jobs/actions/snapshot-commands.ts';
import { ChardevCommands } from './chardev/chardev-commands.ts';
import { Chardevs } from './chardev/chardevs.ts';
import { textOf, type MachineCommand } from './command.ts';
import { cpuModelTable } from './cpu/cpu-model-table.ts';
import { CpuModels } from './cpu/cpu-models.ts';
import { PowerButton } from './guest/power-button.ts';
import { Equipment } from './equipment.ts';
import { Consent } from './guest/consent.ts';
import { createGuest, type Guest } from './guest/guest.ts';
import { ReceivedInput } from './guest/input.ts';
import { Screen, type ScreenPicture } from './guest/screen.ts';
import { Calculator } from './hmp/calculator.ts';
import { HumanMonitor } from './hmp/human-monitor.ts';
import { JobCommands } from './jobs/job-commands.ts';
import { Jobs } from './jobs/engine/jobs.ts';
import { machineData, type MachineData } from './machine-data.ts';
import type { MachineHost } from './machine-host.ts';
import type { ColdDevice, GivenOption, MachineActions, MachineOptions } from './machine-options.ts';
import { machineRules } from './machine-rules.ts';
import { Balloon } from './memory/balloon.ts';
import { GuestMemory } from './memory/guest-memory.ts';
import { checkMemoryBackend } from './memory/memory-backend.ts';
import { MigrationCommands } from './migration/migration-commands.ts';
import { Migration } from './migration/migration.ts';
import { HostFeatures } from './misc/host-features.ts';
import { Descriptors } from './monitor/descriptors.ts';
import { Identity } from './monitor/identity.ts';
import { MonitorObjects } from './monitor/monitor-objects.ts';
import { Tracing } from './monitor/tracing.ts';
import { InitialNetwork } from './net/initial-network.ts';
import type { BackendContext } from './net/backend-context.ts';
import { NetClients, type NetCard } from './net/net-clients.ts';
import { NetFilters } from './net/net-filters.ts';
import { NetTable } from './net/net-table.ts';
import { UserForwards } from './net/user-forwards.ts';
import { Hotplug } from './qdev/hotplug.ts';
import { boardBuses } from './qdev/board-buses.ts';
import type { Device } from './qdev/device-tree.ts';
import { PciView } from './views/pci-view.ts';
import { UsbView } from './views/usb-view.ts';
import { Devices } from './qdev/devices.ts';
import { Unplugging } from './qdev/unplugging.ts';
import { UnplugRules } from './qdev/unplug-rules.ts';
import type { QomMount } from './qom/mount.ts';
import { claimChardevs, Objects } from './qom/objects.ts';
import { QomProperties } from './qom/properties.ts';
import type { QomObject } from './qom/qom-object.ts';
import { QomTree } from './qom/qom-tree.ts';
import { QomTypes } from './qom/types.ts';
import { BoardObjects } from './views/board-objects.ts';
import { MachineObjects } from './views/machine-objects.ts';
import { objectTable, type ObjectTable } from './qom/object-table.ts';
import { RecordedScope } from './views/qom-scope.ts';
import { typeTable, type TypeTable } from './types/type-table.ts';
import { UserObjects } from './qom/user-objects.ts';
import { notModelled } from '../engine/not-modelled.ts';
import { scopeOfQuery } from './query-scopes.ts';
import { Recording } from './recording.ts';
import { Lifecycle } from './run-state/lifecycle.ts';
import { Power } from './run-state/power.ts';
import { Preconfig } from './run-state/preconfig.ts';
import { RunningTime } from './run-state/running-time.ts';
import { Board, DEFAULT_MEMORY } from './setup/board.ts';
import { Setup } from './setup/setup.ts';
import type { Subsystem } from './subsystem.ts';
import { Displays, type DisplaysParts } from './ui/displays.ts';
import { InputCommands } from './ui/input/input-commands.ts';
import { keyCodes } from './ui/input/key-codes.ts';
import type { MachineUi } from './ui/ui.ts';
import { VncCommands } from './ui/vnc/vnc-commands.ts';
import { makeVncServers } from './ui/vnc/vnc-servers.ts';

const ACTIONS: MachineActions = {
  reboot: 'reset',
  shutdown: 'poweroff',
  panic: 'shutdown',
  watchdog: 'reset',
};

/** Arguments that choose among the entries of a recorded reply. */
const FILTERS: Readonly<Record<string, string>> = { 'query-stats-schemas': 'provider' };

/** Commands that QEMU answers once its CPUs have stopped or started, or its main loop has come round. */
const TAKES_A_MOMENT: ReadonlySet<string> = new Set(['stop', 'cont', 'system_reset', 'quit']);

/** Subjects that the options for each kind of backend affect. */
const SUBJECTS_OF_BACKENDS = { drive: 'drives', netdev: 'network', chardev: 'chardevs' } as const;

/** Types of the object that is the machine's memory: as usual, and with `-mem-path`. */
const MEMORY = 'memory-backend-ram';
const MEMORY_FILE = 'memory-backend-file';

/** Kinds of chardevs in modules of their own: how QEMU was installed says whether they are there. */
const KINDS_IN_MODULES = /^(braille|dbus|spice.*)$/;

/** The command line of a machine without one. */
const NO_DEFAULTS: readonly GivenOption[] = [{ name: 'nodefaults', argument: '' }];

/**
 * The built-in virtual machine behind a mock's monitors: run states, queries, and the commands that need no
 * real device. It doesn't do I/O: everything that it needs of the world is in {@link MachineHost}. This class
 * puts the subsystems together; they don't know it.
 *
 * @example
 * const machine = new Machine(profile, { emit, exit, clock }, { paused: true })
 * machine.guest.powerOff() // emits SHUTDOWN, then calls exit(0)
 */
export class Machine {
  /** Its QEMU version. */
  readonly profile: QemuProfile;
  /** Its start options. */
  readonly options: Readonly<MachineOptions>;
  /** Its type, its memory, its CPUs. */
  readonly board: Board;
  /** Its run state and power switch. */
  readonly power: Power;
  /** The guest's controls. */
  readonly guest: Guest;
  /** Its background jobs. */
  readonly jobs: Jobs;
  /** Its screen, keyboard and mouse, for those who show it to somebody. */
  readonly ui: MachineUi;
  /** Its human monitor. */
  readonly humanMonitor: HumanMonitor;
  /** The nodes and drives of its command line. */
  blocks!: ColdBlocks;
  readonly #host: MachineHost;
  #graph!: BlockGraph;
  #guestIo!: GuestIo;
  readonly #recording: Recording;
  readonly #setup: Setup;
  readonly #preconfig: Preconfig;
  readonly #commands: ReadonlyMap<string, MachineCommand>;
  readonly #consent: Consent;
  readonly #powerButton: PowerButton;
  readonly #received = new ReceivedInput();
  readonly #screen = new Screen(() => this.#idleScreen);
  #devices!: Devices;
  #equipment!: Equipment;
  #unplugging!: Unplugging;
  #networks!: NetClients;
  #exports!: BlockExports;
  #call: CommandCall | undefined;

  constructor(profile: QemuProfile, host: MachineHost, options: MachineOptions = {}) {
    this.profile = profile;
    this.options = options;
    this.#host = host;
    this.board = new Board(options);
    this.#recording = new Recording(profile, this.board.type);
    this.#setup = new Setup({
      given: options.given,
      board: this.board,
      types: () => typeTable(profile),
      hasKvm: () => host.hasKvm?.() ?? true,
    });
    const emit = (event: string, data?: Record<string, unknown>): void => host.emit(event, data);
    this.power = new Power(
      {
        emit,
        end: (code) => this.#end(code),
        ran: (running) => {
          this.#unplugging.ran(running);
          if (running) this.#powerButton.ran();
          // Requests come to their end before the guest stands still.
          else this.jobs.loop.turn(() => this.jobs.drain());
          this.#screen.changed();
          this.#equipment.ran();
        },
        pressed: () => this.#powerButton.press(),
        wasReset: () => {
          this.#unplugging.reset();
          this.#powerButton.reset();
          this.#equipment.reset();
        },
        stopsWhileSuspended: profile.rules.stopsWhileSuspended,
      },
      'prelaunch',
      { ...ACTIONS, ...options.action },
      options.paused !== true,
    );
    this.#preconfig = this.#makePreconfig();
    this.#consent = new Consent(options.guest);
    this.guest = createGuest({
      power: this.power,
      consent: this.#consent,
      emit,
      refuseUnplug: (id, message) => this.#unplugging.refuse(id, message),
      input: this.#received,
      screen: this.#screen,
      write: (device, offset, bytes) => this.jobs.loop.turn(() => this.#guestIo.write(device, offset, bytes)),
    });
    this.jobs = new Jobs({
      setup: this.#setup,
      clock: host.clock,
      emit,
      endDrains: () => machineRules(profile).jobs.endDrains,
    });
    this.#powerButton = new PowerButton({
      consent: this.#consent,
      clock: this.#host.clock,
      isWired: () => this.board.canSuspend && !isWithoutAcpi(options),
      isRunning: () => this.power.running,
      powerOff: () => this.power.shutdown('guest-shutdown'),
      later: (action) => this.#later(action),
    });
    this.ui = this.#makeUi();
    const subsystems = this.#makeSubsystems();
    const first = this.#firstState();
    if (this.board.made || first === 'inmigrate') this.power.enter(first);
    this.humanMonitor = new HumanMonitor({
      data: () => this.#data.hmp,
      hasCpu: (index) => this.#hasCpu(index),
      subsystems: () => subsystems,
      run: (name, args, call) => this.#run(name, args, call),
    });
    this.#commands = new Map(
      [...subsystems, this.humanMonitor].flatMap(({ commands }) => [...(commands ?? [])]),
    );
  }

  /** Finds a command by name, or gives `undefined` if the machine doesn't model it. */
  command(name: string): MachineCommand | undefined {
    if (this.#find(name) === undefined) return undefined;
    return (args, call) => {
      // In that moment an out-of-band command overtakes.
      if (call?.session.oobEnabled && !call.oob && TAKES_A_MOMENT.has(name)) {
        return Promise.resolve().then(() => this.#run(name, args, call));
      }
      return this.#run(name, args, call);
    };
  }

  /** How it answers a command: by a subsystem, with a recorded reply, or not at all (`undefined`). */
  support(name: string): 'handled' | 'recorded' | undefined {
    if (this.#commands.has(name)) return 'handled';
    return this.#recording.has(name) ? 'recorded' : undefined;
  }

  /**
   * Notes a command that was not modelled: from now on, everything that it would have changed is in doubt.
   */
  doubt(name: string, args: QDict): void {
    this.#setup.doubt(name, args);
  }

  /** QEMU's reason why a command may not run now (`-preconfig`), or `undefined` if it may. */
  forbid(name: string): { class: string; desc: string } | undefined {
    return this.#preconfig.forbid(name);
  }

  /**
   * Plugs in a device that `-device` asks for, before the machine runs. Throws QEMU's refusal.
   *
   * @param warn - Takes QEMU's warnings about it.
   */
  addDevice(device: ColdDevice, warn: (text: string) => void): void {
    this.#devices.addCold(device, warn);
  }

  /** QEMU's warnings of network clients that nothing is connected to. */
  get networkWarnings(): readonly string[] {
    return this.#networks.warnings();
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    this.#exports.release();
    this.#unplugging.stop();
    this.jobs.stop();
    this.#graph.close();
    this.#powerButton.stop();
    this.#equipment.stop();
  }

  /** SIGTERM, SIGINT, SIGHUP: SHUTDOWN `host-signal`, then the end. */
  terminate(): void {
    this.power.quit('host-signal');
  }

  /** The network cards that are plugged in. */
  #cards(): NetCard[] {
    return this.#devices.taking('netdev').map(({ device, backend }) => {
      const { id, type, mac } = device;
      return { key: device, id, model: type, mac, netdev: backend };
    });
  }

  /** The graphics cards: those of `-vga` and of the board, and those that are plugged in. */
  #screens(): Pick<DisplaysParts, 'screens' | 'mayHaveScreen'> {
    const given = this.options.given ?? NO_DEFAULTS;
    const cards = (): readonly Device[] => this.#devices.inCategory('Display');
    const vga = given.findLast(({ name }) => name === 'vga')?.argument;
    const isBare = given.some(({ name }) => name === 'nodefaults') || this.board.family?.hasPs2 !== true;
    return {
      screens: () => new Map(cards().flatMap(({ id, type }) => (id === undefined ? [] : [[id, type]]))),
      mayHaveScreen: () => cards().length > 0 || (vga === undefined ? !isBare : vga !== 'none'),
    };
  }

  /** Size of a screen that nobody has given a picture: text of 80 by 25 once the firmware has run. */
  get #idleScreen(): Pick<ScreenPicture, 'width' | 'height'> {
    const isText = this.power.hasRun && this.#screens().mayHaveScreen();
    return isText ? { width: 720, height: 400 } : { width: 640, height: 480 };
  }

  #makeUi(): MachineUi {
    const { board, power, profile, options } = this;
    const setup = this.#setup;
    const input = new InputCommands({
      rules: machineRules(profile),
      board,
      setup,
      models: () => this.#devices.plugged.map(({ type }) => type),
      hasLost: (pattern) => this.#devices.hasLost(pattern),
      isUntouched: () => power.state === 'prelaunch',
      received: this.#received,
      isAwake: () => power.running || power.state === 'suspended',
      keys: () => keyCodes(schemaOf(profile)),
      screens: () => this.#screens().screens(),
    });
    return {
      vnc: makeVncServers({
        given: options.given ?? NO_DEFAULTS,
        host: this.#host.vnc,
        emit: (event, data) => this.#host.emit(event, data),
        now: () => this.#seconds,
        credentials: (id) => options.objects?.find((object) => object.id === id)?.type,
      }),
      screen: this.#screen,
      input,
      isAbsolute: () => power.hasRun && this.guest.present && input.handlers.hasTablet,
    };
  }

  /** The time, in seconds since 1970. */
  get #seconds(): number {
    return this.#host.clock.now() / 1_000_000;
  }

  /** The kinds of chardevs that its version has; `undefined` if that isn't known. */
  get #chardevKinds(): ReadonlySet<string> | undefined {
    const list = this.#recording.value('query-chardev-backends');
    return Array.isArray(list) ? new Set(list.map((entry) => textOf(entry as QDict, 'name'))) : undefined;
  }

  get #data(): MachineData {
    return machineData(this.profile);
  }

  /** A subsystem's command, or the recorded reply to a query that no subsystem has. */
  #find(name: string): MachineCommand | undefined {
    const command = this.#commands.get(name);
    if (command !== undefined) return command;
    return this.#recording.has(name) ? (args) => this.#recordedReply(name, args) : undefined;
  }

  /** Whether there is other memory, or other CPUs, than when replies were recorded. */
  get #isResized(): boolean {
    const { board } = this;
    return board.memory !== (board.bare ? 0 : DEFAULT_MEMORY) || board.cpus > 1;
  }

  /** Gives the recorded reply, if the machine is in the same state as when it was recorded. */
  #recordedReply(query: string, args: QDict): unknown {
    const filter = FILTERS[query];
    const wanted = filter === undefined ? undefined : args.get(filter);
    if ([...args].some(([name, value]) => value !== false && name !== filter)) {
      notModelled(`${query} with arguments`);
    }
    const { subjects, ofBoard } = scopeOfQuery(query);
    const { type, bare, family } = this.board;
    const isRight = ofBoard === 'any PC' ? family?.isPc === true : type === 'pc';
    if (ofBoard !== false && !bare && !isRight) notModelled(`${query} of machine ${type}`);
    if (ofBoard === 'recorded' && !bare && this.power.state !== 'prelaunch') {
      notModelled(`${query} of a guest that has run`);
    }
    if (query.startsWith('x-') && ofBoard !== false && this.#isResized) {
      notModelled(`${query} of other memory or CPUs than the default`);
    }
    this.#setup.require(query, ...subjects);
    const reply = this.#recording.reply(query);
    if (filter === undefined || wanted === undefined) return reply;
    return (reply as readonly QDict[]).filter((entry) => entry.get(filter) === wanted);
  }

  #run(name: string, args: QDict, call: CommandCall | undefined): unknown {
    const outer = this.#call;
    this.#call = call;
    try {
      return this.#find(name)?.(args, call ?? callOfLine(name, args));
    } finally {
      this.#call = outer;
    }
  }

  #firstState(): 'inmigrate' | 'prelaunch' | 'running' {
    if (this.options.incoming !== undefined) return 'inmigrate';
    return this.options.paused === true ? 'prelaunch' : 'running';
  }

  #makePreconfig(): Preconfig {
    return new Preconfig({
      board: this.board,
      allowed: () => this.#data.preconfig,
      fault: () => this.#equipment.fault(),
      fail: (message) => {
        this.#host.fail?.(message);
        this.#host.exit(1);
      },
      begin: () => {
        const state = this.#firstState();
        if (state === 'running') this.power.start();
        else this.power.enter(state);
      },
    });
  }

  #makeSubsystems(): Subsystem[] {
    const { profile, options, board, power } = this;
    const host = this.#host;
    const setup = this.#setup;
    const recording = this.#recording;
    const rules = machineRules(profile);
    const isRunning = (): boolean => power.running;
    const whyNotWritable = (path: string): string | undefined => host.whyNotWritable?.(path);
    const writeFile = host.writeFile?.bind(host);
    const hasRun = (): boolean => power.hasRun;
    const emit = (event: string, data?: Record<string, unknown>): void => host.emit(event, data);

    const descriptors = new Descriptors(host.descriptors);
    const hasDescriptor = (name: string): boolean => descriptors.has(name);
    const isKind = (type: string): boolean =>
      KINDS_IN_MODULES.test(type) || this.#chardevKinds?.has(type) !== false;
    const chardevs = new Chardevs({
      outside: host.chardevs,
      given: options.given ?? NO_DEFAULTS,
      rules,
      isUsed: (id) => this.#devices.uses('chardev', id),
      isKind,
      whyNotOpened: host.whyNotOpened?.bind(host),
      whyNotWritable,
      writeFile,
    });
    const chardevCommands = new ChardevCommands({
      chardevs,
      setup,
      parameters: () => this.#data.chardevParameters,
      isKind,
      muxHotswap: () => rules.muxHotswap,
      yank: (id) => host.chardevs?.yank?.(id),
      isUsed: (id) => this.#devices.uses('chardev', id),
      devicesKnown: () => this.#devices.areKnown,
    });
    const graph: BlockGraph = new BlockGraph({
      files: host.images,
      throttleGroups: { has: (id) => objects.ofType('throttle-group').some((group) => group.id === id) },
      showsFileDetails: rules.blockFileDetails,
      isActive: () => power.state !== 'inmigrate',
      mayBeElsewhere: (name) => setup.mayNameDrive(name),
      mayBeUsed: (name) => setup.isDoubted(name),
      findDrive: (name) => blockBackends.find(name),
      knowsDriver: (name) => isBlockDriver(schemaOf(profile), name),
      warn: (text) => {
        // The start has said so already.
        if (!this.blocks.areOpening) host.warn?.(text);
      },
    });
    const blockBackends = new BlockBackends(graph);
    this.#graph = graph;
    this.blocks = new ColdBlocks(graph, blockBackends, setup, (drives) =>
      boardDrivePaths(
        {
          type: board.type,
          cpus: board.cpus,
          given: options.given ?? NO_DEFAULTS,
          hasDefaults: setup.hasDefaultDevices,
          cards: initial.macs.length,
          rules: rules.boardDrives,
        },
        drives,
      ),
    );

    const types = (): TypeTable => typeTable(profile);
    const takesDrive = (model: string): boolean =>
      types()
        .properties(model)
        ?.some(({ name }) => name === 'drive') === true;
    const deviceDrives = new DeviceDrives({ graph, backends: blockBackends, setup, takesDrive });
    const table = (): ObjectTable => objectTable(profile);
    const objects = new UserObjects({
      types,
      table,
      schema: () => schemaOf(profile),
      threads: () => host.threads ?? [],
    });
    for (const { type, id, properties } of options.objects ?? []) {
      objects.add(id, type, fromPlain(properties ?? {}) as QDict);
    }
    const monitors = new MonitorObjects({
      exist: rules.monitorObjects,
      monitors: host.monitors,
      chardevs: host.chardevs,
    });
    const networks = new NetTable();
    const backend: BackendContext = {
      rules,
      chardevKind: (id) => {
        const info = chardevs.find(id);
        return info === undefined ? undefined : (info.kind ?? 'socket');
      },
      hasDescriptor,
      hasClient: (name) => networks.backend(name) !== undefined,
      whyNotOpened: host.whyNotOpened?.bind(host),
    };
    const initial = new InitialNetwork(
      {
        given: options.given ?? NO_DEFAULTS,
        defaultModel: board.family?.networkCard?.(board.type),
        hasDefaults: setup.hasDefaultDevices,
        backend: { ...backend, hasDescriptor: undefined },
      },
      networks,
    );
    this.#equipment = new Equipment({
      board,
      rules,
      setup,
      recording,
      bareRecording: new Recording(profile, 'none'),
      power,
      consent: this.#consent,
      clock: host.clock,
      types: typeTable(profile),
      objects,
      tree: () => tree,
      devices: () => this.#devices,
      emit,
      later: (action) => this.#later(action),
    });
    const { places } = this.#equipment;
    this.#devices = new Devices({
      places,
      profile,
      rules,
      type: board.type,
      boardMacs: board.family === undefined ? undefined : initial.macs,
      board: (models) => boardBuses(models, board.type, options.given ?? NO_DEFAULTS, initial.cards),
      hasObject: (path) => hasObject(path) || (setup.mayName(path, 'devices') ? undefined : false),
      hasBackend: (kind, id) => {
        if (kind === 'drive' && deviceDrives.has(id)) return true;
        if (kind === 'drive' && options.drives?.includes(id) === true)
          return setup.touching('drives', 'nodes') === undefined ? false : undefined;
        if (kind === 'netdev' && this.#networks.table.backend(id) !== undefined) return true;
        if (kind === 'chardev' && chardevs.find(id) !== undefined) return true;
        const subject = SUBJECTS_OF_BACKENDS[kind];
        const mayBeElsewhere =
          kind === 'netdev' && setup.touching(subject) !== undefined && setup.mayName(id);
        return mayBeElsewhere || setup.mayBeMadeUp(id, subject) ? undefined : false;
      },
      isTaken: (kind, id) => kind === 'netdev' && this.#networks.table.backend(id)?.peer !== undefined,
      drives: deviceDrives,
    });
    this.#unplugging = new Unplugging({
      devices: new UnplugRules({
        devices: this.#devices,
        machine: board.type,
        given: options.given ?? NO_DEFAULTS,
      }),
      consent: this.#consent,
      runningTime: new RunningTime(host.clock),
      isRunning,
      clock: host.clock,
      emit,
      hasMemoryEvent: () => schemaOf(profile).events.has('MEM_UNPLUG_ERROR'),
      later: (action) => this.#later(action),
    });
    const boardObjects = new BoardObjects({
      table,
      board,
      setup,
      now: () => host.clock.now(),
      firstCpu: () => this.#equipment.firstCpu,
    });
    const machineObjects = new MachineObjects({
      table,
      types: typeTable(profile),
      devices: this.#devices,
      board,
      recorded: boardObjects,
      resolve: (path) => {
        const found = tree.find(path);
        return typeof found === 'string' ? found : undefined;
      },
    });
    const tree = new QomTree({
      machine: () => machineObjects.root,
      recorded: () => this.#data.qom[board.bare ? 'none' : 'pc'],
      objectsContainer: rules.objectsContainer || objects.mount.children().length > 0,
      onSet: (path, name, value) => this.#equipment.set(path, name, value),
      mounts: [
        objects.mount,
        monitors.mount,
        ramOf(board, objects, setup.has('mem-path') ? MEMORY_FILE : MEMORY),
        chardevCommands.mount,
      ],
    });
    const hasObject = (path: string): boolean => typeof tree.find(path) === 'string';
    const migration = new Migration({
      rules,
      power,
      recording,
      incoming: options.incoming,
      emit,
      setup,
      given: options.given ?? NO_DEFAULTS,
      hasDescriptor,
      whyNotWritable,
      whyNotReached: host.whyNotReached?.bind(host),
    });
    const scope = new RecordedScope({
      board,
      setup,
      devices: this.#devices,
      recorded: boardObjects,
      objects: machineObjects,
      users: objects,
    });
    const recorded = (query: string): unknown => recording.reply(query);
    const screens = this.#screens();
    const displays = new Displays({
      rules,
      setup,
      recorded,
      ...screens,
      screen: this.#screen,
      whyNotWritable,
      writeFile,
    });
    const filters = new NetFilters({
      table: networks,
      hasChardev: (id) => chardevs.find(id) !== undefined,
      isFreeChardev: (id) => {
        const info = chardevs.find(id);
        return info !== undefined && !chardevs.isBusy(info) && !this.#devices.uses('chardev', id);
      },
      whyNotWritable,
      dumpRefusal: rules.filterDumpRefusal,
      propertiesOf: (id) => {
        const path = `/objects/${id}`;
        return tree.list(path).map(({ name }) => [name, tree.property(path, name)?.value]);
      },
      remove: (id) => {
        objects.remove(id);
        chardevs.release(id);
        tree.removed('/objects', id);
      },
    });
    for (const { type, id, properties } of options.objects ?? []) {
      const given = fromPlain(properties ?? {}) as QDict;
      filters.add(type, id, given);
      claimChardevs(chardevs, type, id, given);
    }
    this.#networks = new NetClients({
      table: networks,
      filters,
      forwards: new UserForwards(networks, host.whyNotBound?.bind(host)),
      backend,
      rules,
      schema: schemaOf(profile),
      setup,
      optionIds: initial.optionIds,
      uncreated: initial.uncreated,
      cards: () => this.#cards(),
      release: (id) => this.#devices.unlink(id),
    });
    const vnc = new VncCommands({
      rules,
      setup,
      servers: this.ui.vnc,
      host: host.vnc,
      now: () => this.#seconds,
      hasDescriptor,
    });
    const jobParts = {
      graph,
      backends: blockBackends,
      jobs: this.jobs,
      files: host.images,
      print: (line: string) => host.print?.(line),
    };
    this.#guestIo = new GuestIo(jobParts);
    const snapshots = new SnapshotCommands({
      ...jobParts,
      setup,
      rules: () => rules,
      clock: host.clock,
      ranFor: () => 0,
    });
    const actions = {
      ...snapshots.actions,
      ...bitmapActions({ graph, readOnlyRefusal: () => rules.jobs.readOnlyBitmap }),
    };
    this.#exports = new BlockExports({
      nodes: new GraphNodes(graph),
      setup,
      rules,
      clock: host.clock,
      emit,
      hasObject: (id, type) =>
        type === undefined ? objects.has(id) : objects.ofType(type).some((object) => object.id === id),
      hasDescriptor,
      host: host.nbd,
    });
    return [
      new Lifecycle({
        board,
        power,
        preconfig: this.#preconfig,
        setup,
        showsSinglestep: profile.rules.statusHasSinglestep,
      }),
      new Identity({ profile, options, recording }),
      descriptors,
      new Tracing(),
      chardevCommands,
      new QomProperties(tree, scope, (path, property, value) => {
        const id = path.startsWith('/objects/') ? path.slice('/objects/'.length) : '';
        return objects.set(id, property, value);
      }),
      new QomTypes(profile),
      new Objects({
        tree,
        objects,
        special: monitors,
        rules,
        setup,
        board,
        isUsed: (type, id) => {
          if (type === 'throttle-group')
            return graph.list().some((node) => node.behaviour.throttleGroup === id);
          if (type.startsWith('cryptodev-')) return this.#devices.usesObject(id);
          if (!type.startsWith('memory-backend-')) return false;
          return this.#equipment.usesBackend(id) || this.#devices.usesObject(id);
        },
        isType: (type) => types().find(type) !== undefined,
        secret: (id) => (objects.typeOf(id) === 'secret' ? objects.find(id)?.properties : undefined),
        readHead: host.readHead?.bind(host),
        decryptAes: host.decryptAes?.bind(host),
        areGoodCertificates: host.areGoodCertificates?.bind(host),
        hasObjectOf: (type) => objects.ofType(type).length > 0,
        typeOf: (id) => objects.typeOf(id),
        chardev: (id) => {
          const info = chardevs.find(id);
          if (info === undefined) return setup.mayBeMadeUp(id, 'chardevs') ? 'unknown' : 'missing';
          if (chardevs.isBusy(info) || this.#devices.uses('chardev', id)) return 'used';
          return setup.isUsedBeside(id, 'chardev', this.#devices.areKnown) ? 'unknown' : 'free';
        },
        chardevInUse: rules.chardevInUse,
        chardevs,
        schema: schemaOf(profile),
        types,
        whyNotOpened: host.whyNotOpened?.bind(host),
        whyNotWritable,
        filters,
        checkMemoryBackend,
      }),
      new PciView({
        rules,
        devices: this.#devices,
        objects: machineObjects,
        recorded: boardObjects,
        scope,
        isUntouched: () => power.state === 'prelaunch',
      }),
      new UsbView({
        setup,
        types,
        devices: this.#devices,
        objects: machineObjects,
        isUntouched: () => power.state === 'prelaunch',
      }),
      new Hotplug({ rules, devices: this.#devices, unplugging: this.#unplugging, setup, hasObject }),
      new NodeCommands({
        graph,
        backends: blockBackends,
        throttling: blockBackends.throttling,
        rules,
        setup,
        emit,
      }),
      new Drives({
        rules,
        setup,
        graph,
        backends: blockBackends,
        lookup: new DriveLookup({
          rules,
          setup,
          backends: blockBackends,
          hasObject,
          modelOf: (id) => this.#devices.find(id)?.type,
          hasDrive: takesDrive,
        }),
        isThrottleGroup: (id) => objects.ofType('throttle-group').some((group) => group.id === id),
        emit,
        changeVnc: (...line) => vnc.changeVnc(...line),
      }),
      this.#exports,
      this.jobs,
      this.#guestIo,
      snapshots,
      new JobCommands({ ...jobParts, rules: () => rules.jobs, actions }),
      this.#networks,
      new MigrationCommands(migration, rules),
      new CpuModels({
        table: () => cpuModelTable(profile),
        recording,
        setup,
        isNewest: () => boardObjects.isNewest,
      }),
      ...this.#equipment.subsystems,
      new GuestMemory({
        board,
        rules,
        setup,
        clock: host.clock,
        whyNotWritable,
        writeFile,
        hasCpu: (index) => this.#hasCpu(index),
        hasRun,
        isLoaded: () => setup.touching('firmware') !== undefined || options.incoming !== undefined,
        hasDescriptor,
        dumpStatus: () => recording.reply('query-dump'),
      }),
      new Balloon({
        setup,
        rules,
        memory: () => board.memory + this.#equipment.modules,
        models: () => this.#devices.plugged.map(({ type }) => type),
      }),
      displays,
      vnc,
      this.ui.input,
      new HostFeatures({ board, rules, setup }),
      new Calculator(board),
    ];
  }

  #hasCpu(index: number): boolean {
    return !this.board.bare && this.#equipment.slots.present.some((slot) => slot.index === index);
  }

  /** Ends now; or once its reply is out, if a command caused the end. */
  #end(code: number): void {
    this.#exports.end();
    this.jobs.end();
    this.#later(() => {
      this.#graph.close();
      this.#host.exit(code);
    });
  }

  /** Does something now, or once the reply is out of the command that runs. */
  #later(action: () => void): void {
    if (this.#call === undefined) action();
    else this.#call.afterReply(action);
  }
}

/** The call of a command that a line of the human monitor runs: its reply is nobody's. */
function callOfLine(name: string, args: QDict): CommandCall {
  return {
    name,
    args,
    id: undefined,
    request: args,
    oob: false,
    session: { negotiated: true, oobEnabled: false },
    get signal() {
      return new AbortController().signal;
    },
    afterReply: (action) => action(),
  };
}

/** The memory of a machine that has been made is an object, too. */
function ramOf(board: Board, objects: UserObjects, type: string): QomMount {
  let object: QomObject | undefined;
  const describe = (name: string): QomObject | undefined =>
    objects.describe(name, { type, properties: new Map([['size', board.memory]]) });
  return {
    path: '/objects',
    children: () => (board.ram === undefined ? [] : [{ name: board.ram, type }]),
    typeOf: (name) => (name === board.ram ? type : undefined),
    object: (name) => (name === board.ram ? (object ??= describe(name)) : undefined),
    properties: () => undefined,
  };
}

/** Whether the command line takes ACPI from the board. */
function isWithoutAcpi({ given = [] }: MachineOptions): boolean {
  return given.some(
    ({ name, argument }) =>
      name === 'no-acpi' || (/^(machine|M)$/.test(name) && /(^|,)acpi=(off|no)\b/.test(argument)),
  );
}
