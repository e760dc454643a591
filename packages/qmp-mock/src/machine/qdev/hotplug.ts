import { QDict, type QValue } from '../../engine/json/value.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import type { Board } from '../board.ts';
import { commandTable, deviceNotFound, genericError, type CommandTable } from '../command.ts';
import { complaintsOf, hmpTable, type HmpContext, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Subsystem } from '../subsystem.ts';
import { deviceModel } from './device-models.ts';
import { checkDeviceProperties } from './device-properties.ts';
import type { PluggedDevices } from './plugged-devices.ts';

/** What {@link Hotplug} needs of its machine. */
export interface HotplugParts {
  readonly profile: QemuProfile;
  readonly rules: Pick<MachineRules, 'typedProperties' | 'notADevice' | 'badDeviceId' | 'rngRate'>;
  readonly board: Board;
  readonly devices: PluggedDevices;
  /** Whether there is an object of that path. */
  readonly hasObject: (path: string) => boolean;
  /** Whether there is a drive, or a block node, of that name. */
  readonly hasDrive: (name: string) => boolean;
}

/** Buses that a PC has from the start. */
const BUSES = /^((pci|isa)\.0|ide\.[01])$/;
/** The place of devices with an id. */
const PERIPHERAL = '/machine/peripheral/';

/** Devices that come and go: `device_add`, `device_del` (`qapi/qdev.json`). */
export class Hotplug implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: HotplugParts;

  constructor(parts: HotplugParts) {
    this.#parts = parts;
    this.commands = commandTable({
      device_add: (args) => this.#add(args),
      device_del: (args) => this.#remove(args.get('id') as string),
    });
  }

  hmpCommands(): HmpTable {
    return new Map([...viaQmp('device_del=device_del id:string'), ...hmpTable({ device_add: addByLine })]);
  }

  #add(args: QDict): void {
    const { board, devices } = this.#parts;
    const driver = this.#driverName(args.get('driver'));
    const id = args.get('id');
    if (typeof id === 'string') this.#checkId(id, 'options');
    const model = deviceModel(driver);
    if (model === undefined) throw genericError(`'${driver}' is not a valid device model name`);
    if (model === 'abstract') {
      throw genericError("Parameter 'driver' expects a non-abstract device type");
    }
    const needs = model.needs !== undefined && !args.has('drive') ? model.needs : undefined;
    const bus = this.#busName(args.get('bus'));
    if (bus !== undefined && !BUSES.test(bus)) {
      throw genericError(`Bus '${bus}' not found`);
    }
    if (board.bare || !['PCI', 'ISA', 'IDE'].includes(model.bus)) {
      throw genericError(`No '${model.bus}' bus found for device '${driver}'`);
    }
    if (model.bus !== 'PCI') {
      throw genericError(`Bus '${model.bus.toLowerCase()}.0' does not support hotplugging`);
    }
    if (typeof id === 'string') {
      this.#checkId(id, 'device');
      if (devices.has(id)) throw genericError(`Duplicate device ID '${id}'`);
    }
    checkDeviceProperties(this.#parts, driver, args);
    if (needs !== undefined) throw genericError(needs);
    if (driver === 'virtio-rng-pci') this.#checkRate(args.get('max-bytes'));
    if (typeof id === 'string') devices.add(id, driver);
  }

  #remove(id: string): void {
    const { devices, rules, hasObject } = this.#parts;
    const own = id.startsWith(PERIPHERAL) ? id.slice(PERIPHERAL.length) : id;
    if (devices.has(own)) return; // the guest would have to let it go
    const isPath = id === '' || id.startsWith('/');
    if (isPath && (id === '' || hasObject(id))) {
      throw genericError(rules.notADevice.replace('%', () => id));
    }
    throw deviceNotFound(id);
  }

  /** The name of the model; in versions that take properties as text, a number is a name, too. */
  #driverName(driver: QValue | undefined): string {
    if (typeof driver === 'string') return driver;
    const { typedProperties } = this.#parts.rules;
    if (!typedProperties && (typeof driver === 'number' || typeof driver === 'bigint')) {
      return String(driver);
    }
    throw genericError("Parameter 'driver' is missing");
  }

  /** The bus that is asked for; older versions take a number for its name. */
  #busName(bus: QValue | undefined): string | undefined {
    if (typeof bus === 'string') return bus;
    return !this.#parts.rules.typedProperties && typeof bus === 'number' ? String(bus) : undefined;
  }

  /** The rate of a random number generator is the one value that its device looks at again. */
  #checkRate(rate: QValue | undefined): void {
    if (typeof rate !== 'number' && typeof rate !== 'bigint') return;
    const { mayBeZero, text } = this.#parts.rules.rngRate;
    if (rate < 0 || rate >= 2n ** 63n || (rate === 0 && !mayBeZero)) throw genericError(text);
  }

  #checkId(id: string, stage: 'options' | 'device'): void {
    if (this.#parts.rules.badDeviceId !== stage || isIdentifier(id)) return;
    throw genericError(
      stage === 'options' ? "Parameter 'id' expects an identifier" : `Invalid qdev ID '${id}'`,
    );
  }
}

function addByLine({ rest, qmp }: HmpContext): readonly string[] {
  const [driver = '', ...properties] = rest.split(',');
  const args = new QDict(driver === '' ? [] : [['driver', driver]]);
  for (const property of properties) {
    const [name = '', value = 'on'] = property.split('=');
    args.set(name, value);
  }
  return complaintsOf(() => qmp('device_add', args));
}
