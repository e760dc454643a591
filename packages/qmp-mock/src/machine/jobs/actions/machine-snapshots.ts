import { QmpCommandError } from 'qmp-core/errors';
import type { Clock } from '../../../engine/clock.ts';
import { NotModelledError, notModelled } from '../../../engine/not-modelled.ts';
import type { BlockBackends } from '../../block/backend/backends.ts';
import { bitmapsOf } from '../../block/bitmaps/node-bitmaps.ts';
import type { BlockGraph } from '../../block/graph/block-graph.ts';
import type { Qcow2Image } from '../../block/image/qcow2/qcow2-image.ts';
import {
  applySnapshot,
  createSnapshot,
  deleteSnapshot,
  findSnapshot,
} from '../../block/image/qcow2/snapshots.ts';
import type { Snapshot } from '../../block/image/qcow2/snapshot-table.ts';
import { dropVmState, readVmState, writeVmState } from '../../block/image/qcow2/vm-state.ts';
import { genericError } from '../../command.ts';
import type { Migration } from '../../migration/migration.ts';
import type { Power } from '../../run-state/power.ts';
import type { RunState } from '../../run-state/run-state.ts';
import type { RunningTime } from '../../run-state/running-time.ts';
import type { Setup } from '../../setup/setup.ts';
import type { JobRules } from '../engine/job-rules.ts';
import type { Jobs } from '../engine/jobs.ts';
import { refusalOfImage } from '../kinds/target-image.ts';
import { diskOf, snapshotDisks, snapshotsOf, type SnapshotDisk } from './snapshot-table.ts';

/** Bytes that a mock's state of a machine has at most. */
const STATE_LIMIT = 1 << 20;

/** Bytes of a name that the table of snapshots has room for. */
const NAME_LIMIT = 255;

/** States in which it's known how a snapshot goes on. */
const CAN_GO_ON: ReadonlySet<RunState> = new Set<RunState>([
  'running',
  'paused',
  'prelaunch',
  'restore-vm',
  'shutdown',
  'io-error',
  'watchdog',
  'guest-panicked',
  'debug',
]);

/** The machine's state as snapshots keep it. */
export interface SavableState {
  save(): Uint8Array;
  /** Looks at a state. Gives a function that gives it to the machine; throws if it isn't modelled. */
  prepare(bytes: Uint8Array): () => void;
}

/** Parts of the machine that {@link MachineSnapshots} needs. */
export interface MachineSnapshotsParts {
  readonly rules: () => JobRules;
  readonly setup: Setup;
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  readonly jobs: Jobs;
  readonly power: Power;
  readonly clock: Clock;
  readonly runningTime: RunningTime;
  readonly state: SavableState;
  readonly migration: () => Pick<Migration, 'requireSavable' | 'saves'>;
}

/** Nodes that a snapshot is about. */
export interface SnapshotNodes {
  /** Names of the nodes. Default: all disks that can be written. */
  readonly devices?: readonly string[] | undefined;
  /** Name of the node that gets the machine's state. Default: the first that can have snapshots. */
  readonly vmstate?: string | undefined;
}

/** A disk that can have snapshots. */
type ImageDisk = SnapshotDisk & { readonly image: Qcow2Image };

/**
 * Snapshots of the whole machine (`migration/savevm.c`). Each method looks at everything first, and throws if
 * something isn't modelled. The function that it gives does the work, and throws QEMU's refusals.
 */
export class MachineSnapshots {
  readonly #parts: MachineSnapshotsParts;

  constructor(parts: MachineSnapshotsParts) {
    this.#parts = parts;
  }

  /**
   * Prepares a new snapshot.
   *
   * @param name - Name of the snapshot. Default: one that is made of the time.
   * @param overwrites - Whether a snapshot with that name is deleted first.
   */
  save(name: string | undefined, overwrites: boolean, nodes: SnapshotNodes, what: string): () => void {
    this.#assertKnown(what);
    const { migration, power, state } = this.#parts;
    const plan = planned(() => {
      const disks = this.#capable(nodes, what);
      migration().requireSavable(what);
      if (!overwrites && name !== undefined && hasOnAll(disks, name)) {
        throw genericError(`Snapshot '${name}' already exists in one or more devices`);
      }
      return { disks, keeper: this.#keeper(disks, nodes) };
    });
    return () => {
      const { disks, keeper } = plan();
      if (overwrites && name !== undefined) for (const disk of disks) deleteOn(disk, name);
      const wasRunning = power.running;
      power.halt('save-vm');
      const bytes = state.save();
      migration().saves();
      this.#create(disks, keeper, name, bytes);
      if (wasRunning) power.start();
    };
  }

  /** Prepares a machine as a snapshot has it: it stops, and goes on if it has run and all went well. */
  load(name: string, nodes: SnapshotNodes, what: string): () => void {
    this.#assertKnown(what);
    const { power } = this.#parts;
    const plan = this.#planLoad(name, nodes, what);
    return () => {
      const wasRunning = power.running;
      power.halt('restore-vm');
      plan()();
      if (wasRunning) power.start();
    };
  }

  /** Prepares a machine that begins with a snapshot (`-loadvm`). */
  loadAtStart(name: string): () => void {
    const what = `-loadvm ${name}`;
    this.#assertKnown(what);
    const plan = this.#planLoad(name, {}, what);
    return () => plan()();
  }

  /** Prepares the end of a snapshot. One that isn't there isn't missed. */
  delete(name: string, nodes: SnapshotNodes, what: string): () => void {
    const plan = planned(() => this.#capable(nodes, what));
    return () => {
      for (const disk of plan()) deleteOn(disk, name);
    };
  }

  /** Disks of a line that is about all of them. */
  allDisks(what: string): SnapshotDisk[] {
    const { setup, graph, backends, rules } = this.#parts;
    for (const subject of ['drives', 'nodes'] as const) if (setup.isInDoubt(subject)) notModelled(what);
    // A drive without a medium has no say in it, and those that a board has by itself are empty.
    if (graph.list().length === 0) setup.require(what, 'nodes');
    return snapshotDisks(graph, backends, rules());
  }

  #planLoad(name: string, nodes: SnapshotNodes, what: string): () => () => void {
    const { state, power } = this.#parts;
    return planned(() => {
      const disks = this.#capable(nodes, what);
      if (!hasOnAll(disks, name)) {
        throw genericError(`Snapshot '${name}' does not exist in one or more devices`);
      }
      const keeper = this.#keeper(disks, nodes);
      const found = snapshotsOf(keeper).find((snapshot) => snapshot.name === name);
      if (found === undefined || found.stateSize === 0) {
        throw genericError('This is a disk-only snapshot. Revert to it  offline using qemu-img');
      }
      if (disks.some(({ node }) => node.isFilter)) notModelled(`${what} through a filter`);
      // Images look for the number of a snapshot first.
      const going = disks.map((disk) => ({ disk, snapshot: findSnapshot(disk.image, name)! }));
      const isMixed = going.some(({ snapshot }) => snapshot.name !== name);
      if (isMixed) notModelled(`${what}, which is the number of another snapshot`);
      const restore = state.prepare(readVmState(keeper.image, found, STATE_LIMIT));
      return () => {
        for (const { disk, snapshot } of going) goTo(disk, snapshot);
        power.resetSilently();
        restore();
      };
    });
  }

  /** Says so if what stands in the way isn't modelled. */
  #assertKnown(what: string): void {
    const { setup, power, jobs } = this.#parts;
    for (const subject of ['run state', 'migration'] as const) {
      if (setup.isInDoubt(subject)) notModelled(`${what} after a command that is not modelled`);
    }
    if (!CAN_GO_ON.has(power.state)) notModelled(`${what} of a machine that is ${power.state}`);
    if (jobs.list().some((job) => !job.isOver)) notModelled(`${what} while a job runs`);
  }

  /** The disks, all of which can have snapshots (`bdrv_all_can_snapshot`). */
  #capable(nodes: SnapshotNodes, what: string): ImageDisk[] {
    const disks = nodes.devices === undefined ? this.allDisks(what) : this.#named(nodes.devices);
    return disks.map((disk) => {
      if (isCapable(disk)) return disk;
      const name = disk.node.deviceOrNodeName;
      throw genericError(`Device '${name}' is writable but does not support snapshots`);
    });
  }

  #named(names: readonly string[]): SnapshotDisk[] {
    const { graph } = this.#parts;
    if (names.length === 0) throw genericError('At least one device is required for snapshot');
    return names.map((name) => {
      const node = graph.find(name);
      if (node !== undefined) return diskOf(node);
      graph.requireAbsent(name);
      throw genericError(`No block device node '${name}'`);
    });
  }

  /** The disk that the machine's state is in (`bdrv_all_find_vmstate_bs`). */
  #keeper(disks: readonly ImageDisk[], { vmstate }: SnapshotNodes): ImageDisk {
    const found = vmstate === undefined ? disks[0] : disks.find(({ node }) => node.name === vmstate);
    if (found !== undefined) return found;
    throw genericError(
      vmstate === undefined
        ? 'no block device can store vmstate for snapshot'
        : `vmstate block device '${vmstate}' does not exist`,
    );
  }

  #create(disks: readonly ImageDisk[], keeper: ImageDisk, name: string | undefined, bytes: Uint8Array): void {
    const { clock, runningTime } = this.#parts;
    const now = clock.now();
    const shortName = cut(name ?? nameOfTime(now));
    const moment = { date: BigInt(now) * 1000n, clock: Math.round(runningTime.ms * 1e6), icount: null };
    try {
      writeVmState(keeper.image, bytes);
      for (const disk of disks) {
        const stateSize = disk === keeper ? bytes.length : 0;
        createSnapshot(disk.image, shortName, { ...moment, stateSize });
        if (disk === keeper) dropVmState(disk.image, bytes.length);
      }
    } catch (error) {
      throw refusalOfImage(error);
    }
  }
}

/** Looks at something now. Gives a function that gives what was found, or throws QEMU's refusal. */
function planned<T>(look: () => T): () => T {
  try {
    const found = look();
    return () => found;
  } catch (error) {
    if (error instanceof NotModelledError || !(error instanceof QmpCommandError)) throw error;
    return () => {
      throw error;
    };
  }
}

function isCapable(disk: SnapshotDisk): disk is ImageDisk {
  return disk.image !== undefined;
}

/** Whether each disk has a snapshot with that name (`bdrv_all_has_snapshot`). */
function hasOnAll(disks: readonly SnapshotDisk[], name: string): boolean {
  return disks.every((disk) => snapshotsOf(disk).some((snapshot) => snapshot.name === name));
}

function deleteOn(disk: ImageDisk, name: string): void {
  const found = snapshotsOf(disk).find((snapshot) => snapshot.name === name);
  if (found === undefined) return;
  try {
    deleteSnapshot(disk.image, found);
  } catch (error) {
    throw refusalOfImage(error);
  }
}

function goTo({ node, image }: ImageDisk, snapshot: Snapshot): void {
  const prefix = `Could not load snapshot '${snapshot.name}' on '${node.deviceOrNodeName}': `;
  if (bitmapsOf(node).describe() !== undefined)
    throw genericError(`${prefix}Device has active dirty bitmaps`);
  const size = node.size;
  try {
    applySnapshot(image, snapshot);
    if (node.size !== size) node.resize(node.size);
  } catch (error) {
    throw refusalOfImage(error);
  }
}

function cut(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return bytes.length <= NAME_LIMIT ? name : new TextDecoder().decode(bytes.subarray(0, NAME_LIMIT));
}

/** Name of a snapshot that was given none: `vm-20261130190045`, in the time zone of the host. */
function nameOfTime(microseconds: number): string {
  const date = new Date(microseconds / 1000);
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  return `vm-${date.getFullYear()}${parts.map((part) => String(part).padStart(2, '0')).join('')}`;
}
