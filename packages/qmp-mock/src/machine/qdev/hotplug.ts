import { QDict, type QValue } from '../../engine/json/value.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import { complaintsOf, hmpTable, type HmpContext, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { Devices } from './devices.ts';
import type { Unplugging } from './unplugging.ts';

/** Parts of {@link Hotplug}. */
export interface HotplugParts {
  readonly rules: Pick<MachineRules, 'typedProperties' | 'notADevice' | 'badDeviceId'>;
  readonly devices: Devices;
  readonly setup: Setup;
  /** Whether there is an object of that path. */
  readonly hasObject: (path: string) => boolean;
  readonly unplugging: Unplugging;
}

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
    const { devices, rules, setup, unplugging } = this.#parts;
    const driver = this.#driverName(args.get('driver'));
    const id = args.get('id');
    if (rules.badDeviceId === 'options' && typeof id === 'string' && !isIdentifier(id)) {
      throw genericError("Parameter 'id' expects an identifier");
    }
    unplugging.plugged(devices.addHot(driver, this.#busName(args.get('bus')), args));
    setup.addDevice(driver);
  }

  #remove(id: string): void {
    const { devices, rules, hasObject, setup, unplugging } = this.#parts;
    if (devices.find(id) === undefined && !devices.hasLeft(id)) {
      devices.places.checkBootCpu(id);
      if (setup.mayName(id.split('/').at(-1) ?? '', 'devices')) notModelled(`device_del of ${id}`);
      if (id === '' || (id.startsWith('/') && hasObject(id))) {
        throw genericError(rules.notADevice.replace('%', () => id));
      }
    }
    unplugging.ask(devices.unpluggable(id), id);
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
