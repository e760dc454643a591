import { QDict, type QValue } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import { complaintsOf, hmpTable, type HmpContext, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import { PERIPHERAL, type Devices } from './devices.ts';

/** Parts of {@link Hotplug}. */
export interface HotplugParts {
  readonly rules: Pick<MachineRules, 'typedProperties' | 'notADevice' | 'badDeviceId'>;
  readonly devices: Devices;
  readonly setup: Setup;
  /** Whether there is an object of that path. */
  readonly hasObject: (path: string) => boolean;
  readonly emit: (event: string, data?: Record<string, unknown>) => void;
}

/** Devices that come and go: `device_add`, `device_del` (`qapi/qdev.json`). */
export class Hotplug implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: HotplugParts;

  constructor(parts: HotplugParts) {
    this.#parts = parts;
    this.commands = commandTable({
      device_add: (args) => this.#add(args),
      device_del: (args, call) => this.#remove(args.get('id') as string, call),
    });
  }

  hmpCommands(): HmpTable {
    return new Map([...viaQmp('device_del=device_del id:string'), ...hmpTable({ device_add: addByLine })]);
  }

  #add(args: QDict): void {
    const { devices, rules, setup } = this.#parts;
    const driver = this.#driverName(args.get('driver'));
    const id = args.get('id');
    if (rules.badDeviceId === 'options' && typeof id === 'string' && !isIdentifier(id)) {
      throw genericError("Parameter 'id' expects an identifier");
    }
    devices.addHot(driver, this.#busName(args.get('bus')), args);
    setup.touch(`the device ${driver}`, ...setup.subjectsOf(driver));
  }

  #remove(id: string, call: CommandCall): void {
    const { devices, rules, hasObject, emit, setup } = this.#parts;
    if (devices.find(id) === undefined && setup.mayName(id.split('/').at(-1) ?? '', 'devices')) {
      notModelled(`device_del of ${id}`);
    }
    const isPath = id === '' || id.startsWith('/');
    if (devices.find(id) === undefined && isPath && (id === '' || hasObject(id))) {
      throw genericError(rules.notADevice.replace('%', () => id));
    }
    const gone = devices.remove(id);
    if (gone === undefined) return; // the guest has to let it go
    const path = `${PERIPHERAL}${gone.id ?? ''}`;
    call.afterReply(() => {
      // A storage device makes its disk by itself.
      for (const bus of gone.buses) {
        for (const index of bus.devices.keys()) {
          emit('DEVICE_DELETED', { path: `${path}/${bus.name}/legacy[${index}]` });
        }
      }
      emit('DEVICE_DELETED', { device: gone.id, path });
    });
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
