import { schemaOf } from '../../engine/schema/schema.ts';
import { BlockBackends } from '../block/backend/backends.ts';
import type { BlockBackend } from '../block/backend/block-backend.ts';
import { DeviceDrives } from '../block/backend/device-drives.ts';
import { DriveLookup } from '../block/backend/drive-lookup.ts';
import { isBlockDriver } from '../block/block-drivers.ts';
import { boardDrivePaths } from '../block/board-drives.ts';
import { ColdBlocks } from '../block/cold-blocks.ts';
import { NodeCommands } from '../block/commands/node-commands.ts';
import { Drives } from '../block/drives.ts';
import { BlockExports } from '../block/export/block-exports.ts';
import { GraphNodes } from '../block/export/graph-nodes.ts';
import { BlockGraph } from '../block/graph/block-graph.ts';
import { GuestIo } from '../block/guest-io.ts';
import { bitmapActions } from '../jobs/actions/bitmap-actions.ts';
import { MachineSnapshots } from '../jobs/actions/machine-snapshots.ts';
import { SnapshotCommands } from '../jobs/actions/snapshot-commands.ts';
import type { Jobs } from '../jobs/engine/jobs.ts';
import { JobCommands } from '../jobs/job-commands.ts';
import type { Migration } from '../migration/migration.ts';
import type { Devices } from '../qdev/devices.ts';
import type { UserObjects } from '../qom/user-objects.ts';
import type { Subsystem } from '../subsystem.ts';
import { typeTable } from '../types/type-table.ts';
import type { VncCommands } from '../ui/vnc/vnc-commands.ts';
import { MachineState } from '../views/saved-machine.ts';
import type { AssemblyContext } from './context.ts';

/** Parts of the machine that {@link Storage} needs. */
export interface StorageParts {
  readonly jobs: Jobs;
  readonly objects: UserObjects;
  readonly devices: () => Devices;
  /** Whether there is an object at a path. */
  readonly hasObject: (path: string) => boolean;
  readonly hasDescriptor: (name: string) => boolean;
  /** How many network cards the board has. */
  readonly cards: () => number;
  readonly changeVnc: VncCommands['changeVnc'];
  readonly migration: () => Migration;
}

/** The block layer: nodes, drives, jobs, snapshots, exports. */
export class Storage {
  /** The nodes and drives of the command line. */
  readonly blocks: ColdBlocks;
  /** The drives, as devices take them. */
  readonly deviceDrives: DeviceDrives;
  /** Snapshots of the whole machine. */
  readonly snapshots: MachineSnapshots;
  readonly subsystems: readonly Subsystem[];
  readonly #graph: BlockGraph;
  readonly #backends: BlockBackends;
  #isClosed = false;
  readonly #guestIo: GuestIo;
  readonly #exports: BlockExports;

  constructor(context: AssemblyContext, parts: StorageParts) {
    const { profile, rules, given, host, board, setup, power, emit } = context;
    const { jobs, objects, devices, hasDescriptor } = parts;
    const isThrottleGroup = (id: string): boolean =>
      objects.ofType('throttle-group').some((group) => group.id === id);
    const graph: BlockGraph = new BlockGraph({
      files: host.images,
      throttleGroups: { has: isThrottleGroup },
      showsFileDetails: rules.blockFileDetails,
      isActive: () => power.state !== 'inmigrate',
      mayBeElsewhere: (name) => setup.mayNameDrive(name),
      mayBeUsed: (name) => setup.isDoubted(name),
      findDrive: (name) => backends.find(name),
      knowsDriver: (name) => isBlockDriver(schemaOf(profile), name),
      warn: (text) => {
        // The start has said so already.
        if (!this.blocks.areOpening) host.warn?.(text);
      },
    });
    const backends = new BlockBackends(graph);
    this.blocks = new ColdBlocks({
      graph,
      backends,
      setup,
      files: host.images,
      boardPaths: (drives) =>
        boardDrivePaths(
          {
            type: board.type,
            cpus: board.cpus,
            given,
            hasDefaults: setup.hasDefaultDevices,
            cards: parts.cards(),
            rules: rules.boardDrives,
          },
          drives,
        ),
    });
    const takesDrive = (model: string): boolean =>
      typeTable(profile)
        .properties(model)
        ?.some(({ name }) => name === 'drive') === true;
    this.deviceDrives = new DeviceDrives({ graph, backends, setup, takesDrive });
    const jobParts = {
      graph,
      backends,
      jobs,
      files: host.images,
      print: (line: string) => host.print?.(line),
    };
    this.#graph = graph;
    this.#backends = backends;
    this.#guestIo = new GuestIo(jobParts);
    const { runningTime } = context;
    this.snapshots = new MachineSnapshots({
      ...jobParts,
      rules: () => rules.jobs,
      setup,
      power,
      clock: host.clock,
      runningTime,
      state: new MachineState({ qemu: profile.name, board, given, devices, backends, power }),
      migration: parts.migration,
    });
    const snapshots = new SnapshotCommands({
      ...jobParts,
      snapshots: this.snapshots,
      rules: () => rules,
      clock: host.clock,
      ranFor: () => Math.round(runningTime.ms * 1e6),
    });
    const actions = {
      ...snapshots.actions,
      ...bitmapActions({ graph, readOnlyRefusal: () => rules.jobs.readOnlyBitmap }),
    };
    this.#exports = new BlockExports({
      nodes: new GraphNodes(graph, backends),
      setup,
      rules,
      clock: host.clock,
      emit,
      hasObject: (id, type) =>
        type === undefined ? objects.has(id) : objects.ofType(type).some((object) => object.id === id),
      hasDescriptor,
      host: host.nbd,
    });
    this.subsystems = [
      new NodeCommands({ graph, backends, throttling: backends.throttling, rules, setup, emit }),
      new Drives({
        rules,
        setup,
        graph,
        backends,
        lookup: new DriveLookup({
          rules,
          setup,
          backends,
          hasObject: parts.hasObject,
          modelOf: (id) => devices().find(id)?.type,
          hasDrive: takesDrive,
        }),
        isThrottleGroup,
        blocks: this.blocks,
        hotDrives: host.hotDrives,
        emit,
        changeVnc: parts.changeVnc,
      }),
      this.#exports,
      jobs,
      this.#guestIo,
      snapshots,
      new JobCommands({ ...jobParts, rules: () => rules.jobs, actions }),
    ];
  }

  /** The drives, oldest first; none once the machine has ended. */
  get drives(): readonly BlockBackend[] {
    return this.#isClosed ? [] : this.#backends.list();
  }

  /** Whether a node is limited by a throttle group. */
  usesThrottleGroup(id: string): boolean {
    return this.#graph.list().some((node) => node.behaviour.throttleGroup === id);
  }

  /** Writes as a guest does: see {@link GuestIo}. */
  write(device: string, offset: number, bytes: Uint8Array): void {
    this.#guestIo.write(device, offset, bytes);
  }

  /** Ends what is exported, as QEMU does at its end. */
  end(): void {
    this.#exports.end();
  }

  /** Gives back files. */
  close(): void {
    this.#isClosed = true;
    this.#graph.close();
  }

  /** Gives back the sockets of exports. */
  release(): void {
    this.#exports.release();
  }
}
