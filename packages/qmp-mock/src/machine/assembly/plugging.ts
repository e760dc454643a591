import { schemaOf } from '../../engine/schema/schema.ts';
import type { Chardevs } from '../chardev/chardevs.ts';
import { Equipment } from '../equipment.ts';
import type { BackendKind } from '../qdev/device-properties.ts';
import { boardBuses } from '../qdev/board-buses.ts';
import { Devices } from '../qdev/devices.ts';
import { Hotplug } from '../qdev/hotplug.ts';
import { UnplugRules } from '../qdev/unplug-rules.ts';
import { Unplugging } from '../qdev/unplugging.ts';
import { objectTable } from '../qom/object-table.ts';
import type { QomTree } from '../qom/qom-tree.ts';
import type { UserObjects } from '../qom/user-objects.ts';
import { Recording } from '../recording.ts';
import type { Subsystem } from '../subsystem.ts';
import { typeTable } from '../types/type-table.ts';
import { partsOf } from '../views/board-globals.ts';
import type { AssemblyContext } from './context.ts';
import type { Networking } from './networking.ts';
import type { Storage } from './storage.ts';

/** Subjects that the options for each kind of backend affect. */
const SUBJECTS_OF_BACKENDS = { drive: 'drives', netdev: 'network', chardev: 'chardevs' } as const;

/** Parts of the machine that {@link Plugging} needs. */
export interface PluggingParts {
  readonly chardevs: Chardevs;
  readonly objects: UserObjects;
  readonly storage: Storage;
  readonly networking: Networking;
  readonly tree: () => QomTree;
  /** Whether there is an object at a path. */
  readonly hasObject: (path: string) => boolean;
}

/** The board's CPUs and memory, its devices, and how they come and go. */
export class Plugging {
  readonly equipment: Equipment;
  readonly devices: Devices;
  readonly unplugging: Unplugging;
  readonly subsystems: readonly Subsystem[];
  readonly #context: AssemblyContext;
  readonly #parts: PluggingParts;

  constructor(context: AssemblyContext, parts: PluggingParts) {
    this.#context = context;
    this.#parts = parts;
    const { profile, rules, given, host, board, setup, recording, power, consent } = context;
    const { runningTime, emit, later } = context;
    const { objects, tree, hasObject, networking } = parts;
    const { initial } = networking;
    this.equipment = new Equipment({
      board,
      rules,
      setup,
      recording,
      bareRecording: new Recording(profile, 'none'),
      power,
      consent,
      clock: host.clock,
      types: typeTable(profile),
      objects,
      tree,
      devices: () => this.devices,
      emit,
      later,
    });
    this.devices = new Devices({
      places: this.equipment.places,
      profile,
      rules,
      type: board.type,
      boardMacs: board.family === undefined ? undefined : initial.macs,
      board: (models) => boardBuses(models, board.type, given, initial.cards),
      hasObject: (path) =>
        // A device is known before its object can be shown.
        hasObject(path) || this.devices.find(path) !== undefined
          ? true
          : this.#mayComeByName(path)
            ? undefined
            : false,
      typeOfObject: (path) => {
        const device = this.devices.find(path);
        if (device !== undefined) return device.type;
        const found = tree().find(path);
        return typeof found === 'string' ? tree().typeOf(found) : undefined;
      },
      hasBackend: (kind, id) => this.#hasBackend(kind, id),
      isTaken: (kind, id) => kind === 'netdev' && networking.table.backend(id)?.peer !== undefined,
      drives: parts.storage.deviceDrives,
      given,
      inside: (model) => partsOf(objectTable(profile), model),
      warn: (text) => host.warn?.(`warning: ${text}`),
    });
    this.unplugging = new Unplugging({
      devices: new UnplugRules({ devices: this.devices, machine: board.type, given }),
      consent,
      runningTime,
      isRunning: () => power.running,
      clock: host.clock,
      emit,
      hasMemoryEvent: () => schemaOf(profile).events.has('MEM_UNPLUG_ERROR'),
      later,
    });
    this.subsystems = [
      new Hotplug({ rules, devices: this.devices, unplugging: this.unplugging, setup, hasObject }),
      ...this.equipment.subsystems,
    ];
  }

  /** Whether something of that name may be there that isn't a known object; devices are. */
  #mayComeByName(path: string): boolean {
    const { setup } = this.#context;
    const isDevice = this.devices.areKnown && setup.devices.some(({ id }) => id === path);
    return !isDevice && setup.mayName(path, 'devices');
  }

  /** Whether the machine has a CPU. */
  hasCpu(index: number): boolean {
    return !this.#context.board.bare && this.equipment.slots.present.some((slot) => slot.index === index);
  }

  /** The guest runs from now on, or has stopped. */
  ran(running: boolean): void {
    this.unplugging.ran(running);
    this.equipment.ran();
  }

  /** The machine has been reset. */
  reset(): void {
    this.unplugging.reset();
    this.equipment.reset();
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    this.unplugging.stop();
    this.equipment.stop();
  }

  /** Whether a device may take a backend; `undefined` if that isn't known. */
  #hasBackend(kind: BackendKind, id: string): boolean | undefined {
    const { options, setup } = this.#context;
    const { chardevs, networking, storage } = this.#parts;
    if (kind === 'drive' && storage.deviceDrives.has(id)) return true;
    if (kind === 'drive' && options.drives?.includes(id) === true)
      return setup.touching('drives', 'nodes') === undefined ? false : undefined;
    if (kind === 'netdev' && networking.table.backend(id) !== undefined) return true;
    if (kind === 'chardev' && chardevs.find(id) !== undefined) return true;
    const subject = SUBJECTS_OF_BACKENDS[kind];
    const mayBeElsewhere = kind === 'netdev' && setup.touching(subject) !== undefined && setup.mayName(id);
    return mayBeElsewhere || setup.mayBeMadeUp(id, subject) ? undefined : false;
  }
}
