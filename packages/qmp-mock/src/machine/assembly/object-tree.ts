import { schemaOf } from '../../engine/schema/schema.ts';
import { machineData } from '../machine-data.ts';
import { makeBackingStore } from '../memory/backing-store.ts';
import { checkMemoryBackend } from '../memory/memory-backend.ts';
import { MonitorObjects } from '../monitor/monitor-objects.ts';
import { isBootIndex } from '../qdev/device-properties.ts';
import type { QomMount } from '../qom/mount.ts';
import { objectTable } from '../qom/object-table.ts';
import { Objects, type ObjectsParts } from '../qom/objects.ts';
import { QomProperties } from '../qom/properties.ts';
import type { QomObject } from '../qom/qom-object.ts';
import { QomTree } from '../qom/qom-tree.ts';
import { QomTypes } from '../qom/types.ts';
import type { UserObjects } from '../qom/user-objects.ts';
import type { Board } from '../setup/board.ts';
import type { Subsystem } from '../subsystem.ts';
import { typeTable } from '../types/type-table.ts';
import { liftGlobals } from '../views/board-globals.ts';
import { BoardObjects } from '../views/board-objects.ts';
import { MachineObjects } from '../views/machine-objects.ts';
import { PciView } from '../views/pci-view.ts';
import { RecordedScope } from '../views/qom-scope.ts';
import { QtreeView } from '../views/qtree-view.ts';
import { UsbView } from '../views/usb-view.ts';
import type { CharacterDevices } from './character-devices.ts';
import { fileAccess, type AssemblyContext } from './context.ts';
import type { Networking } from './networking.ts';
import type { Plugging } from './plugging.ts';
import type { Storage } from './storage.ts';

/** Types of the object that is the machine's memory: as usual, and with `-mem-path`. */
const MEMORY = 'memory-backend-ram';
const MEMORY_FILE = 'memory-backend-file';

/** Parts of the machine that {@link ObjectTree} needs. */
export interface ObjectTreeParts {
  readonly characters: CharacterDevices;
  readonly objects: UserObjects;
  readonly storage: Storage;
  readonly networking: Networking;
  readonly plugging: Plugging;
}

/** Objects of the machine as one tree, the types that they have, and the views on it that name buses. */
export class ObjectTree {
  readonly tree: QomTree;
  /** Objects of the board, as they were recorded. */
  readonly boardObjects: BoardObjects;
  readonly subsystems: readonly Subsystem[];
  readonly #context: AssemblyContext;
  readonly #parts: ObjectTreeParts;

  constructor(context: AssemblyContext, parts: ObjectTreeParts) {
    this.#context = context;
    this.#parts = parts;
    const { profile, rules, host, board, setup, power } = context;
    const { characters, objects, plugging } = parts;
    const { devices, equipment } = plugging;
    const types = typeTable(profile);
    const table = () => objectTable(profile);
    const isUntouched = (): boolean => power.isUntouched;
    const monitors = new MonitorObjects({
      exist: rules.monitorObjects,
      monitors: host.monitors,
      chardevs: host.chardevs,
    });
    const boardObjects = new BoardObjects({
      table,
      board,
      setup,
      now: () => host.clock.now(),
      firstCpu: () => equipment.firstCpu,
    });
    const machineObjects = new MachineObjects({
      table,
      types,
      devices,
      board,
      recorded: boardObjects,
      geometryOf: (device) => parts.storage.deviceDrives.geometryOf(device),
      resolve: (path) => {
        const found = this.tree.find(path);
        return typeof found === 'string' ? found : undefined;
      },
    });
    this.boardObjects = boardObjects;
    liftGlobals({ setup, types: () => types, board: boardObjects });
    this.tree = new QomTree({
      machine: () => machineObjects.root,
      recorded: () => machineData(profile).qom[board.bare ? 'none' : 'pc'],
      objectsContainer: rules.objectsContainer || objects.mount.children().length > 0,
      onSet: (path, name, value) => {
        equipment.set(path, name, value);
        if (isBootIndex(name)) devices.setBootIndex(path, value);
      },
      mounts: [
        objects.mount,
        monitors.mount,
        ramOf(board, objects, setup.has('mem-path') ? MEMORY_FILE : MEMORY),
        characters.mount,
      ],
    });
    const scope = new RecordedScope({
      board,
      setup,
      devices,
      recorded: boardObjects,
      objects: machineObjects,
      users: objects,
    });
    this.subsystems = [
      new QomProperties(this.tree, scope, (path, property, value) => {
        const id = path.startsWith('/objects/') ? path.slice('/objects/'.length) : '';
        return objects.set(id, property, value);
      }),
      new QomTypes(profile),
      new Objects(this.#partsOfObjects(monitors)),
      new PciView({ rules, devices, objects: machineObjects, recorded: boardObjects, scope, isUntouched }),
      new QtreeView({
        board,
        types,
        devices,
        objects: machineObjects,
        recorded: boardObjects,
        scope,
        hasUsbBeside: () => setup.beside('usb') !== undefined,
        isUntouched,
      }),
      new UsbView({ setup, types: () => types, devices, objects: machineObjects, isUntouched }),
    ];
  }

  #partsOfObjects(monitors: MonitorObjects): ObjectsParts {
    const { profile, rules, host, board, setup } = this.#context;
    const { characters, objects, networking, plugging } = this.#parts;
    const { devices } = plugging;
    const { chardevs } = characters;
    const types = typeTable(profile);
    const { whyNotOpened, whyNotWritable } = fileAccess(host);
    return {
      tree: this.tree,
      objects,
      special: monitors,
      rules,
      setup,
      board,
      isUsed: (type, id) => this.#isUsed(type, id),
      isType: (type) => types.find(type) !== undefined,
      secret: (id) => (objects.typeOf(id) === 'secret' ? objects.find(id)?.properties : undefined),
      readHead: host.readHead?.bind(host),
      decryptAes: host.decryptAes?.bind(host),
      areGoodCertificates: host.areGoodCertificates?.bind(host),
      hasObjectOf: (type) => objects.ofType(type).length > 0,
      typeOf: (id) => objects.typeOf(id),
      chardev: (id) => {
        const info = chardevs.find(id);
        if (info === undefined) return setup.mayBeMadeUp(id, 'chardevs') ? 'unknown' : 'missing';
        if (chardevs.isBusy(info) || devices.uses('chardev', id)) return 'used';
        return setup.isUsedBeside(id, 'chardev', devices.areKnown) ? 'unknown' : 'free';
      },
      chardevInUse: rules.chardevInUse,
      chardevs,
      schema: schemaOf(profile),
      types: () => types,
      whyNotOpened,
      whyNotWritable,
      filters: networking.filters,
      checkMemoryBackend,
      makeBackingStore: host.images && makeBackingStore.bind(undefined, host.images),
    };
  }

  /** Whether a device, a node or the board has a user's object; `undefined` if that isn't known. */
  #isUsed(type: string, id: string): boolean | undefined {
    const { storage, plugging } = this.#parts;
    if (type === 'throttle-group') return storage.usesThrottleGroup(id);
    if (type.startsWith('cryptodev-')) return plugging.devices.usesObject(id);
    if (!type.startsWith('memory-backend-')) return false;
    return plugging.equipment.usesBackend(id) || plugging.devices.usesObject(id);
  }
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
