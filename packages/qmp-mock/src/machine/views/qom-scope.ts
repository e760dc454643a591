import { notModelled } from '../../engine/not-modelled.ts';
import { isAsRecorded } from '../qdev/neutral-properties.ts';
import { devicePath } from '../qdev/device-path.ts';
import type { Device } from '../qdev/device-tree.ts';
import type { Devices } from '../qdev/devices.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subject } from '../setup/subject.ts';
import { FIRST_CPU, type BoardObjects } from './board-objects.ts';
import type { MachineObjects } from './machine-objects.ts';
import type { QomScope } from '../qom/properties.ts';
import type { UserObjects } from '../qom/user-objects.ts';

/** Options of {@link RecordedScope}. */
export interface RecordedScopeParts {
  readonly board: Board;
  readonly setup: Setup;
  readonly devices: Devices;
  readonly recorded: BoardObjects;
  readonly objects: MachineObjects;
  /** Objects of users. */
  readonly users: Pick<UserObjects, 'typeOf' | 'isDescribed'>;
}

/** Below these places are the objects of a user, all of which are known. */
const KNOWN_PLACES = /^\/(objects|chardevs)(\/|$)/;
const PERIPHERAL = '/machine/peripheral';
const ANONYMOUS = '/machine/peripheral-anon';
const DEVICES = /^\/machine\/peripheral(-anon)?(\/|$)/;
/** Subjects of options that may change the buses of a board, and the object that is the machine. */
const BESIDE_BUSES: readonly Subject[] = ['firmware'];
const BESIDE: readonly Subject[] = [...BESIDE_BUSES, 'accelerator'];
/** Objects of a board that an option may change. */
const SUBJECTS: readonly Subject[] = ['memory', 'cpus', 'usb', 'accelerator', 'firmware'];

/**
 * The known part of the tree: the objects of a board that was recorded in the same form, of devices that were
 * recorded in the same kind of place without anything that changes them, and of users.
 */
export class RecordedScope implements QomScope {
  readonly #parts: RecordedScopeParts;

  constructor(parts: RecordedScopeParts) {
    this.#parts = parts;
  }

  requireAbsent = (path: string): void => {
    const { board, setup } = this.#parts;
    if (path.split('/').some((part) => setup.mayBeMadeUp(part))) this.#refuse(path);
    if (board.bare || KNOWN_PLACES.test(path)) return;
    if (DEVICES.test(path)) return this.#requireDevices(path);
    if (path.startsWith('/') && !path.startsWith('/machine')) return this.#requireRoot(path);
    this.#requireBoard(path, !/^\/machine\/[^/]*$/.test(path));
    if (path.startsWith('/machine/')) return;
    for (const device of this.#parts.devices.plugged) this.#requireDevice(device, path);
  };

  requireList = (path: string): void => {
    const { setup, board } = this.#parts;
    if (path === '/chardevs') setup.require(`the list of ${path}`, 'chardevs');
    if (path === '/objects' && setup.isInDoubt('objects')) this.#refuse(path);
    if (path === '/') this.#requireRoot(path);
    this.#requireUserObject(path);
    if (board.bare || KNOWN_PLACES.test(path) || !path.startsWith('/machine')) return;
    if (DEVICES.test(path)) this.#requireDevices(path);
    else this.#requireBoard(path, path !== '/machine');
  };

  /** Of what the board has on its buses: whatever the accelerator, it's the same. */
  requireBuses = (what: string): void => this.#requireBoard(what, false, BESIDE_BUSES);

  requireProperty = (path: string, property: string): void => {
    this.#requireUserObject(path);
    if (this.#parts.board.bare || !path.startsWith('/machine')) return;
    if (DEVICES.test(path)) this.#requireDevices(path);
    else this.#requireBoard(`${property} of ${path}`, path !== '/machine');
  };

  requireValue = (path: string, property: string): void => {
    const { board } = this.#parts;
    if (board.bare || !path.startsWith('/machine')) return;
    if (!DEVICES.test(path)) return this.#requireBoard(`${property} of ${path}`, path !== '/machine');
    const device = this.#deviceAt(path);
    const isGiven = device !== undefined && devicePath(device) === path && device.properties.has(property);
    if (property !== 'type' && !isGiven) this.#requireDevices(path);
  };

  /** An object of a user: its type may be one that was not recorded. */
  #requireUserObject(path: string): void {
    const { users } = this.#parts;
    const [, place, id = ''] = path.split('/');
    const type = place === 'objects' ? users.typeOf(id) : undefined;
    if (type !== undefined && !users.isDescribed(type)) notModelled(`the properties of an object ${type}`);
  }

  /** The places of devices: who is there, or one of them and what is in it. */
  #requireDevices(path: string): void {
    const { setup, objects, board } = this.#parts;
    if (setup.isInDoubt('devices')) this.#refuse(path);
    if (objects.root === undefined) notModelled(`the object ${path} of machine ${board.type}`);
    if (path === PERIPHERAL) return;
    if (path === ANONYMOUS || (path.startsWith(`${ANONYMOUS}/`) && this.#deviceAt(path) === undefined)) {
      const other = setup.beside('devices');
      if (other !== undefined || setup.hasDefaultDevices)
        notModelled(`devices without an id with ${other ?? 'default devices'}`);
      return;
    }
    const device = this.#deviceAt(path);
    if (device !== undefined) this.#requireDevice(device, path);
  }

  #requireDevice(device: Device, path: string): void {
    const { recorded, objects, devices } = this.#parts;
    if (!recorded.isExact || objects.objectOf(device) === undefined) this.#refuse(path);
    if (!isAsRecorded(devices.types, device.type, device.properties)) {
      notModelled(`what becomes of ${path} with all the properties that ${device.type} was given`);
    }
    const other = devices.plugged.find(({ type }) => type.includes('iommu'));
    if (other !== undefined) notModelled(`${path} beside ${other.type}`);
  }

  /** The first CPU is the same however many there are, and whatever memory; if it is of the usual model. */
  #requireFirstCpu(what: string): void {
    const { setup, recorded } = this.#parts;
    const isUsual = setup.argumentsOf('cpu').every((model) => recorded.cpuModel === model);
    const other = setup.beside('firmware', 'accelerator') ?? (isUsual ? undefined : '-cpu');
    const option = other ?? (setup.hasUnmodelled('global') ? '-global' : undefined);
    if (option !== undefined) notModelled(`${what} with ${option}`);
  }

  #requireBoard(what: string, inside: boolean, subjects = inside ? SUBJECTS : BESIDE): void {
    const { board, setup, recorded, devices, objects } = this.#parts;
    if (!recorded.isExact || recorded.record() === undefined) notModelled(`${what} of machine ${board.type}`);
    if (what === FIRST_CPU || what.endsWith(` of ${FIRST_CPU}`)) return this.#requireFirstCpu(what);
    const other = setup.beside('devices', ...subjects);
    if (other !== undefined) notModelled(`${what} with ${other}`);
    if (!inside) return;
    if (board.cpus !== 1) notModelled(`${what} with ${board.cpus} CPUs`);
    // What is on no bus changes the board itself: memory, CPUs.
    const maker = devices.plugged.find(
      (device) => device.bus === undefined || objects.recordOf(device)?.outside.length !== 0,
    );
    if (maker !== undefined) notModelled(`${what} with ${maker.type}`);
  }

  /** Consoles, sound and the like have places at the root. */
  #requireRoot(path: string): void {
    this.#parts.setup.require(`the list of ${path}`, 'consoles', 'audio');
  }

  #deviceAt(path: string): Device | undefined {
    const [, , place = '', name = ''] = path.split('/');
    return this.#parts.devices.find(`/machine/${place}/${name}`);
  }

  #refuse(path: string): never {
    return notModelled(`the object ${path}`);
  }
}
