import { fromPlain } from '../engine/json/plain.ts';
import type { QDict, QValue } from '../engine/json/value.ts';
import type { CommandCall } from '../engine/monitor/command-host.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { schemaOf } from '../engine/schema/schema.ts';
import { CharacterDevices } from './assembly/character-devices.ts';
import { fileAccess, givenOptions, type AssemblyContext } from './assembly/context.ts';
import type { HostPort } from './net/host-ports.ts';
import { Networking } from './assembly/networking.ts';
import { ObjectTree } from './assembly/object-tree.ts';
import { Plugging } from './assembly/plugging.ts';
import { Storage } from './assembly/storage.ts';
import { UserInterface } from './assembly/user-interface.ts';
import type { ColdBlocks } from './block/cold-blocks.ts';
import type { MachineCommand } from './command.ts';
import { cpuModelTable } from './cpu/cpu-model-table.ts';
import { CpuModels } from './cpu/cpu-models.ts';
import { Consent } from './guest/consent.ts';
import { createGuest, type Guest } from './guest/guest.ts';
import { ReceivedInput } from './guest/input.ts';
import { PowerButton } from './guest/power-button.ts';
import { Calculator } from './hmp/calculator.ts';
import { HumanMonitor } from './hmp/human-monitor.ts';
import type { DeviceTree } from './qdev/device-tree.ts';
import { Jobs } from './jobs/engine/jobs.ts';
import { machineData } from './machine-data.ts';
import type { MachineHost } from './machine-host.ts';
import type { ColdDevice, MachineActions, MachineOptions } from './machine-options.ts';
import { machineRules } from './machine-rules.ts';
import { Balloon } from './memory/balloon.ts';
import { GuestMemory } from './memory/guest-memory.ts';
import { MigrationCommands } from './migration/migration-commands.ts';
import { Migration } from './migration/migration.ts';
import { HostFeatures } from './misc/host-features.ts';
import { Descriptors } from './monitor/descriptors.ts';
import { Identity } from './monitor/identity.ts';
import { Tracing } from './monitor/tracing.ts';
import { objectTable } from './qom/object-table.ts';
import { UserObjects } from './qom/user-objects.ts';
import { RecordedReplies } from './recorded-replies.ts';
import { Recording } from './recording.ts';
import { Lifecycle } from './run-state/lifecycle.ts';
import { Power } from './run-state/power.ts';
import { RunningTime } from './run-state/running-time.ts';
import { Preconfig } from './run-state/preconfig.ts';
import { Board } from './setup/board.ts';
import { Setup } from './setup/setup.ts';
import type { Subsystem } from './subsystem.ts';
import { typeTable } from './types/type-table.ts';
import { describeDevice, describeDrive, type Inventory } from './views/inventory.ts';
import type { MachineUi } from './ui/ui.ts';

const ACTIONS: MachineActions = {
  reboot: 'reset',
  shutdown: 'poweroff',
  panic: 'shutdown',
  watchdog: 'reset',
};

/** Commands that QEMU answers once its CPUs have stopped or started, or its main loop has come round. */
const TAKES_A_MOMENT: ReadonlySet<string> = new Set(['stop', 'cont', 'system_reset', 'quit']);

/**
 * The built-in virtual machine behind a mock's monitors: run states, queries, and the commands that need no
 * real device. It doesn't do I/O: everything that it needs of the world is in {@link MachineHost}. This class
 * puts the subsystems together; they don't know it.
 *
 * @example
 * const { machine } = new MockQmp({ args: ['-machine', 'pc', '-S'] })
 * machine.guest.powerOff() // emits SHUTDOWN, then ends the mock's QEMU with exit code 0
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
  /** Its human monitor. */
  readonly humanMonitor: HumanMonitor;
  readonly #host: MachineHost;
  readonly #setup: Setup;
  readonly #preconfig: Preconfig;
  readonly #powerButton: PowerButton;
  readonly #context: AssemblyContext;
  readonly #migration: Migration;
  readonly #storage: Storage;
  readonly #networking: Networking;
  readonly #plugging: Plugging;
  readonly #userInterface: UserInterface;
  readonly #recorded: RecordedReplies;
  readonly #commands: ReadonlyMap<string, MachineCommand>;
  #call: CommandCall | undefined;

  constructor(profile: QemuProfile, host: MachineHost, options: MachineOptions = {}) {
    this.profile = profile;
    this.options = options;
    this.#host = host;
    this.board = new Board(options);
    this.#setup = new Setup({
      given: options.given,
      board: this.board,
      types: () => typeTable(profile),
      hasKvm: () => host.hasKvm?.() ?? true,
    });
    this.power = this.#makePower();
    this.#preconfig = this.#makePreconfig();
    this.#context = this.#makeContext();
    const { recording, consent, emit, later } = this.#context;
    this.#recorded = new RecordedReplies({
      recording,
      board: this.board,
      power: this.power,
      setup: this.#setup,
    });
    this.jobs = new Jobs({
      setup: this.#setup,
      clock: host.clock,
      emit,
      endDrains: () => machineRules(profile).jobs.endDrains,
    });
    this.#powerButton = new PowerButton({
      consent,
      clock: host.clock,
      isWired: () => this.board.canSuspend && !isWithoutAcpi(options),
      isRunning: () => this.power.running,
      powerOff: () => this.power.shutdown('guest-shutdown'),
      later,
    });

    const descriptors = new Descriptors(host.descriptors);
    const hasDescriptor = (name: string): boolean => descriptors.has(name);
    this.#migration = this.#makeMigration(hasDescriptor);
    const received = new ReceivedInput();
    const devices = () => this.#plugging.devices;
    const tree = () => objectTree.tree;
    const hasObject = (path: string): boolean => typeof tree().find(path) === 'string';
    const objects = this.#makeObjects();
    const characters = new CharacterDevices(this.#context, devices);
    const { chardevs } = characters;
    this.#userInterface = new UserInterface(this.#context, {
      guest: () => this.guest,
      devices,
      received,
      hasDescriptor,
    });
    this.#storage = new Storage(this.#context, {
      jobs: this.jobs,
      objects,
      devices,
      hasObject,
      hasDescriptor,
      cards: () => this.#networking.initial.macs.length,
      changeVnc: (...line) => this.#userInterface.vnc.changeVnc(...line),
      migration: () => this.#migration,
    });
    this.#networking = new Networking(this.#context, { chardevs, objects, devices, tree, hasDescriptor });
    this.#plugging = new Plugging(this.#context, {
      chardevs,
      objects,
      storage: this.#storage,
      networking: this.#networking,
      tree,
      hasObject,
    });
    const objectTree = new ObjectTree(this.#context, {
      characters,
      objects,
      storage: this.#storage,
      networking: this.#networking,
      plugging: this.#plugging,
    });
    this.guest = createGuest({
      power: this.power,
      consent,
      emit,
      refuseUnplug: (id, message) => this.#plugging.unplugging.refuse(id, message),
      input: received,
      screen: this.#userInterface.screen,
      write: (device, offset, bytes) => this.jobs.loop.turn(() => this.#storage.write(device, offset, bytes)),
    });
    const subsystems: readonly Subsystem[] = [
      descriptors,
      ...characters.subsystems,
      ...objectTree.subsystems,
      ...this.#storage.subsystems,
      ...this.#networking.subsystems,
      ...this.#plugging.subsystems,
      ...this.#userInterface.subsystems,
      ...this.#makeSubsystems(objectTree, hasDescriptor),
    ];
    const first = this.#firstState();
    if (this.board.made || first === 'inmigrate') this.power.enter(first);
    this.humanMonitor = new HumanMonitor({
      data: () => machineData(profile).hmp,
      hasCpu: (index) => this.#plugging.hasCpu(index),
      subsystems: () => subsystems,
      run: (name, args, call) => this.#run(name, args, call),
    });
    this.#commands = new Map(
      [...subsystems, this.humanMonitor].flatMap(({ commands }) => [...(commands ?? [])]),
    );
  }

  /** Its screen, keyboard and mouse, for those who show it to somebody. */
  get ui(): MachineUi {
    return this.#userInterface.ui;
  }

  /** Its buses and devices. Throws a `NotModelledError` if those of its kind of machine aren't known. */
  get deviceTree(): DeviceTree {
    return this.#plugging.devices.tree;
  }

  /** The nodes and drives of its command line. */
  get blocks(): ColdBlocks {
    return this.#storage.blocks;
  }

  /**
   * Lists what the machine has at this moment.
   *
   * @returns Its run state, devices and drives: see {@link Inventory}.
   * @example
   * mock.machine.inventory().devices // [{ name: 'net0', type: 'virtio-net-pci', bus: 'pci.0' }]
   */
  inventory(): Inventory {
    return {
      state: this.power.state,
      devices: this.#plugging.devices.plugged.map(describeDevice),
      drives: this.#storage.drives.map(describeDrive),
      screen: this.#userInterface.screen.given,
    };
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
    return this.#recorded.has(name) ? 'recorded' : undefined;
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
   * @returns What it was given, values of `-global` among it.
   */
  addDevice(device: ColdDevice, warn: (text: string) => void): ReadonlyMap<string, QValue> {
    return this.#plugging.devices.addCold(device, warn).properties as ReadonlyMap<string, QValue>;
  }

  /** Begins with a snapshot (`-loadvm`), before the machine runs. Throws QEMU's refusal. */
  loadSnapshot(name: string): void {
    this.#storage.snapshots.loadAtStart(name)();
  }

  /** Whether a network has a port of the host: nobody else can bind it then. */
  hasPort(port: HostPort): boolean {
    return this.#networking.table.isTaken(port);
  }

  /** QEMU's warnings of network clients that nothing is connected to. */
  get networkWarnings(): readonly string[] {
    return this.#networking.warnings;
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    this.#storage.release();
    this.#plugging.stop();
    this.jobs.stop();
    this.#storage.close();
    this.#powerButton.stop();
  }

  /** SIGTERM, SIGINT, SIGHUP: SHUTDOWN `host-signal`, then the end. */
  terminate(): void {
    this.power.quit('host-signal');
  }

  /** A subsystem's command, or the recorded reply to a query that no subsystem has. */
  #find(name: string): MachineCommand | undefined {
    const command = this.#commands.get(name);
    if (command !== undefined) return command;
    return this.#recorded.has(name) ? (args) => this.#recorded.reply(name, args) : undefined;
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
      allowed: () => machineData(this.profile).preconfig,
      fault: () => this.#plugging.equipment.fault(),
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

  #makePower(): Power {
    return new Power(
      {
        emit: (event, data) => this.#host.emit(event, data),
        end: (code) => this.#end(code),
        ran: (running) => {
          if (running) this.#powerButton.ran();
          // Requests come to their end before the guest stands still.
          else this.jobs.loop.turn(() => this.jobs.drain());
          this.#userInterface.screen.changed();
          this.#plugging.ran(running);
        },
        pressed: () => this.#powerButton.press(),
        wasReset: () => {
          this.#plugging.reset();
          this.#powerButton.reset();
        },
        stopsWhileSuspended: this.profile.rules.stopsWhileSuspended,
      },
      'prelaunch',
      { ...ACTIONS, ...this.options.action },
      this.options.paused !== true,
    );
  }

  #makeContext(): AssemblyContext {
    const { profile, options, board, power } = this;
    const host = this.#host;
    return {
      profile,
      rules: machineRules(profile),
      options,
      given: givenOptions(options),
      host,
      board,
      setup: this.#setup,
      recording: new Recording(profile, board.type),
      power,
      consent: new Consent(options.guest, options.shutdownMs),
      runningTime: new RunningTime(host.clock),
      emit: (event, data) => host.emit(event, data),
      later: (action) => this.#later(action),
    };
  }

  #makeObjects(): UserObjects {
    const { profile } = this;
    const objects = new UserObjects({
      types: () => typeTable(profile),
      table: () => objectTable(profile),
      schema: () => schemaOf(profile),
      threads: () => this.#host.threads ?? [],
    });
    for (const { type, id, properties } of this.options.objects ?? []) {
      objects.add(id, type, fromPlain(properties ?? {}) as QDict);
    }
    return objects;
  }

  #makeMigration(hasDescriptor: (name: string) => boolean): Migration {
    const { rules, options, given, host, setup, recording, power, emit } = this.#context;
    const { whyNotWritable } = fileAccess(host);
    return new Migration({
      rules,
      power,
      recording,
      incoming: options.incoming,
      emit,
      setup,
      given,
      hasDescriptor,
      whyNotWritable,
      whyNotReached: host.whyNotReached?.bind(host),
    });
  }

  /** Those that no assembly brings. */
  #makeSubsystems(
    { boardObjects }: ObjectTree,
    hasDescriptor: (name: string) => boolean,
  ): readonly Subsystem[] {
    const { profile, rules, options, host, board, setup, recording, power } = this.#context;
    const { equipment, devices } = this.#plugging;
    const { whyNotWritable, writeFile } = fileAccess(host);
    return [
      new Lifecycle({
        board,
        power,
        preconfig: this.#preconfig,
        setup,
        showsSinglestep: profile.rules.statusHasSinglestep,
      }),
      new Identity({ profile, options, recording }),
      new Tracing(rules.logItems),
      new MigrationCommands(this.#migration, rules),
      new CpuModels({
        table: () => cpuModelTable(profile),
        recording,
        setup,
        isNewest: () => boardObjects.isNewest,
      }),
      new GuestMemory({
        board,
        rules,
        setup,
        clock: host.clock,
        whyNotWritable,
        writeFile,
        hasCpu: (index) => this.#plugging.hasCpu(index),
        hasRun: () => power.hasRun,
        isLoaded: () => setup.touching('firmware') !== undefined || options.incoming !== undefined,
        hasDescriptor,
        dumpStatus: () => recording.reply('query-dump'),
      }),
      new Balloon({
        setup,
        rules,
        memory: () => board.memory + equipment.modules,
        models: () => devices.plugged.map(({ type }) => type),
      }),
      new HostFeatures({ board, rules, setup }),
      new Calculator(board),
    ];
  }

  /** Ends now; or once its reply is out, if a command caused the end. */
  #end(code: number): void {
    this.#storage.end();
    this.jobs.end();
    this.#later(() => {
      this.#storage.close();
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

/** Whether the command line takes ACPI from the board. */
function isWithoutAcpi({ given = [] }: MachineOptions): boolean {
  return given.some(
    ({ name, argument }) =>
      name === 'no-acpi' || (/^(machine|M)$/.test(name) && /(^|,)acpi=(off|no)\b/.test(argument)),
  );
}
