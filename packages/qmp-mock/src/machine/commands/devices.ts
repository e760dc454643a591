import type { QValue } from '../../engine/json/value.ts';
import { deviceNotFound, family, genericError, textOf, type CommandFamily } from '../command.ts';
import { deviceModel } from '../device-models.ts';
import { checkDeviceProperties } from '../device-properties.ts';
import { Devices } from '../devices.ts';
import { isIdentifier } from '../identifier.ts';
import type { Machine } from '../machine.ts';
import { QomTree } from '../qom-tree.ts';

/** Devices that come and go, and input (`qapi/qdev.json`, `qapi/ui.json`). */
export const devices: CommandFamily = family({
  device_add: (machine, args) => {
    const driver = driverName(machine, args.get('driver'));
    const id = args.get('id');
    if (typeof id === 'string') checkId(machine, id, 'options');
    const model = deviceModel(driver);
    if (model === undefined) throw genericError(`'${driver}' is not a valid device model name`);
    if (model === 'abstract') {
      throw genericError("Parameter 'driver' expects a non-abstract device type");
    }
    const needs = model.needs !== undefined && !args.has('drive') ? model.needs : undefined;
    const bus = busName(machine, args.get('bus'));
    if (bus !== undefined && !BUSES.test(bus)) {
      throw genericError(`Bus '${bus}' not found`);
    }
    if (machine.bare || !['PCI', 'ISA', 'IDE'].includes(model.bus)) {
      throw genericError(`No '${model.bus}' bus found for device '${driver}'`);
    }
    if (model.bus !== 'PCI') {
      throw genericError(`Bus '${model.bus.toLowerCase()}.0' does not support hotplugging`);
    }
    if (typeof id === 'string') {
      checkId(machine, id, 'device');
      if (machine.store(Devices).has(id)) throw genericError(`Duplicate device ID '${id}'`);
    }
    checkDeviceProperties(machine, driver, args);
    if (needs !== undefined) throw genericError(needs);
    if (driver === 'virtio-rng-pci') checkRate(machine, args.get('max-bytes'));
    if (typeof id === 'string') machine.store(Devices).add(id, driver);
  },
  device_del: (machine, args) => {
    const id = args.get('id') as string;
    const own = id.startsWith(PERIPHERAL) ? id.slice(PERIPHERAL.length) : id;
    if (machine.store(Devices).has(own)) return; // the guest would have to let it go
    const isPath = id === '' || id.startsWith('/');
    if (isPath && (id === '' || typeof machine.store(QomTree).find(id) === 'string')) {
      throw genericError(machine.rules.notADevice.replace('%', () => id));
    }
    throw deviceNotFound(id);
  },
  'send-key': () => undefined,
  'input-send-event': (machine, args) => {
    if (args.has('device')) throw deviceNotFound(textOf(args, 'device'));
    if (!machine.power.running) throw genericError('VM not running');
  },
});

/** Buses that a PC has from the start. */
const BUSES = /^((pci|isa)\.0|ide\.[01])$/;
/** Where devices with an id are. */
const PERIPHERAL = '/machine/peripheral/';

/** The name of the model; where properties are taken as text, a number is a name too. */
function driverName(machine: Machine, driver: QValue | undefined): string {
  if (typeof driver === 'string') return driver;
  if (!machine.rules.typedProperties && (typeof driver === 'number' || typeof driver === 'bigint')) {
    return String(driver);
  }
  throw genericError("Parameter 'driver' is missing");
}

/** The bus that is asked for; older versions take a number for its name. */
function busName(machine: Machine, bus: QValue | undefined): string | undefined {
  if (typeof bus === 'string') return bus;
  return !machine.rules.typedProperties && typeof bus === 'number' ? String(bus) : undefined;
}

/** The rate of a random number generator is the one value that its device looks at again. */
function checkRate(machine: Machine, rate: QValue | undefined): void {
  if (typeof rate !== 'number' && typeof rate !== 'bigint') return;
  const { mayBeZero, text } = machine.rules.rngRate;
  if (rate < 0 || rate >= 2n ** 63n || (rate === 0 && !mayBeZero)) throw genericError(text);
}

function checkId(machine: Machine, id: string, stage: 'options' | 'device'): void {
  if (machine.rules.badDeviceId !== stage || isIdentifier(id)) return;
  throw genericError(
    stage === 'options' ? "Parameter 'id' expects an identifier" : `Invalid qdev ID '${id}'`,
  );
}
