import { sortMembers } from '../../engine/json/member-order.ts';
import { QDict, QFloat, type QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { deviceNotFound, genericError } from '../command.ts';
import { givenValue } from '../qom/given-value.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { GlobalProperty } from './device-globals.ts';

/** Context for checking the properties of a device. */
export interface PropertyContext {
  readonly types: TypeTable;
  /** Whether there is an object of that path; `undefined` if that isn't known. */
  readonly hasObject: (path: string) => boolean | undefined;
  /** Type of the object of that path; `undefined` if there is none, or if it isn't known. */
  readonly typeOfObject: (path: string) => string | undefined;
  /** Throws QEMU's refusal of a backend that a device can't have: it isn't there, or it is taken. */
  readonly checkBackend: (kind: BackendKind, id: string, property: string) => void;
  /** Whether another device has that place among those that the firmware boots from. */
  readonly isBootIndexTaken: (index: number) => boolean;
}

/** Kinds of backends that a property names by their id. */
export type BackendKind = 'drive' | 'netdev' | 'chardev';

/** Arguments of `device_add` itself, which aren't properties of the device. */
const OWN = new Set(['driver', 'bus', 'id']);
const READ_ONLY = new Set(['type', 'hotplugged', 'hotpluggable', 'parent_bus']);

/** Names for which the device asks somebody else. */
const BACKENDS: ReadonlySet<string> = new Set<BackendKind>(['drive', 'netdev', 'chardev']);

/**
 * Refuses properties of a device as QEMU does: unknown ones, and values of the wrong type. Of several faults
 * it finds the one that QEMU finds, which goes through the arguments in the order of its hash table.
 */
export function checkDeviceProperties(
  context: PropertyContext,
  model: string,
  args: QDict,
  typed: boolean,
): void {
  const properties = context.types.properties(model);
  if (properties === undefined) return;
  const types = new Map(properties.map(({ name, type }) => [name, type]));
  for (const name of sortMembers([...args.keys()])) {
    if (OWN.has(name)) continue;
    const given = args.get(name) ?? null;
    if (!typed && !isScalar(given)) continue; // older versions do not see it
    const type = types.get(name);
    if (READ_ONLY.has(name) || isChild(type)) {
      throw genericError(`Property '${model}.${name}' is not writable`);
    }
    if (type === undefined) throw genericError(`Property '${model}.${name}' not found`);
    const property: Property = { context, model, name, type };
    if (typed) checkTyped(property, given);
    else checkText(property, asText(given));
    if (isBootIndex(name)) checkBootIndex(context, Number(given));
  }
}

/**
 * Refuses the value of a `-global` for a device of a model: it is read from text in another way than those of
 * `-device` (`string_input_visitor_new`).
 */
export function checkGlobalValue(
  context: PropertyContext,
  model: string,
  { property: name, value }: GlobalProperty,
): void {
  const properties = context.types.properties(model);
  if (properties === undefined) return;
  const type = properties.find((one) => one.name === name)?.type;
  if (READ_ONLY.has(name) || isChild(type)) {
    throw genericError(`Property '${model}.${name}' is not writable`);
  }
  if (type === undefined) throw genericError(`Property '${model}.${name}' not found`);
  // QEMU ends by an assertion.
  if (name === 'realized' || (name === 'addr' && !type.startsWith('uint'))) notModelled(`-global of ${name}`);
  const property: Property = { context, model, name, type };
  if (type in INTEGERS && type !== 'size') {
    const kind = type.startsWith('uint') ? 'uint64' : 'int64';
    checkNumber(property, value, kind);
    if (isBootIndex(name)) checkBootIndex(context, Number(value));
  } else if (type === 'size' && givenValue(type, name, value) === undefined) {
    notModelled(`-global ${name}=${value}`);
  } else checkText(property, value);
}

/** Whether a property is an object inside the device. */
const isChild = (type: string | undefined): boolean => type?.startsWith('child<') === true;

interface Property {
  readonly context: PropertyContext;
  readonly model: string;
  readonly name: string;
  readonly type: string;
}

/** Names of integer types: least and greatest value. */
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  uint8: [0n, 255n],
  uint16: [0n, 65_535n],
  uint32: [0n, 4_294_967_295n],
  uint64: [0n, 2n ** 64n - 1n],
  size: [0n, 2n ** 64n - 1n],
  int: [-(2n ** 63n), 2n ** 63n - 1n],
  int32: [-2_147_483_648n, 2_147_483_647n],
};

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  OnOffAuto: ['auto', 'on', 'off'],
  BlockdevOnError: ['report', 'ignore', 'enospc', 'stop', 'auto'],
};

const isScalar = (value: QValue): boolean =>
  value !== null && (typeof value !== 'object' || value instanceof QFloat);

function asText(value: QValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value instanceof QFloat) return `${value.value}`;
  return typeof value === 'object' ? '' : `${value}`;
}

function wrongType(name: string, expected: string): never {
  throw genericError(`Invalid parameter type for '${name}', expected: ${expected}`);
}

/** A value as JSON, of which the type has to be right. */
function checkTyped(property: Property, value: QValue): void {
  const { name, type } = property;
  if (name === 'addr' && !type.startsWith('uint')) {
    if (typeof value === 'number') {
      if (value < -1 || value > 255) {
        throw genericError("Parameter 'addr' expects a value between -1 and 255");
      }
      return;
    }
    if (typeof value !== 'string')
      throw genericError("Invalid parameter type for 'addr', expected int or str");
    checkValue(property, value);
    return;
  }
  if (type === 'bool') {
    if (typeof value !== 'boolean') wrongType(name, 'boolean');
  } else if (type in INTEGERS) {
    checkInteger(property, value);
  } else if (typeof value === 'string') {
    checkValue(property, value);
  } else if (type !== 'list' && !type.endsWith('List')) {
    wrongType(name, 'string');
  }
}

function checkInteger({ name, type }: Property, value: QValue): void {
  const signed = type.startsWith('int');
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    if (signed) wrongType(name, 'integer');
    throw genericError(`Parameter '${name}' expects uint64`);
  }
  const [least, greatest] = INTEGERS[type] ?? [0n, 0n];
  // Negative numbers are taken for unsigned ones of 64 bits.
  const number = signed ? BigInt(value) : BigInt.asUintN(64, BigInt(value));
  if (number < least || number > greatest) throw genericError(`Parameter '${name}' expects ${type}_t`);
}

/** A value as text, out of which every type is read. */
function checkText(property: Property, text: string): void {
  const { name, type } = property;
  if (name === 'addr' && !type.startsWith('uint')) return checkValue(property, text);
  if (type === 'bool') {
    if (!/^(on|off|yes|no|true|false|y|n)$/.test(text)) {
      throw genericError(`Parameter '${name}' expects 'on' or 'off'`);
    }
  } else if (type in INTEGERS && type !== 'size') {
    checkNumber(property, text, 'integer');
  } else {
    checkValue(property, text);
  }
}

function checkNumber({ name, type }: Property, text: string, expected: string): void {
  if (!/^-?(0[xX][\da-fA-F]+|\d+)$/.test(text)) {
    throw genericError(`Parameter '${name}' expects ${expected}`);
  }
  const [least, greatest] = INTEGERS[type] ?? [0n, 0n];
  const number = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  const wide = type === 'uint64' ? BigInt.asUintN(64, number) : number;
  if (wide < least || wide > greatest) throw genericError(`Parameter '${name}' expects ${type}_t`);
}

/** Checks the value of a text property for which not every text makes sense. */
function checkValue(property: Property, text: string): void {
  const { context, model, name, type } = property;
  const choice = ENUMS[type];
  if (choice !== undefined && !choice.includes(text)) {
    throw genericError(`Parameter '${name}' does not accept value '${text}'`);
  }
  if (type.startsWith('link<')) {
    if (context.hasObject(text) === false) throw deviceNotFound(text);
    const wanted = type.slice('link<'.length, -1);
    const found = context.typeOfObject(text);
    if (found !== undefined && context.types.has(found) && !context.types.is(found, wanted)) {
      throw genericError(`Invalid parameter type for '${name}', expected: ${wanted}`);
    }
  }
  if (name === 'addr' && !type.startsWith('uint') && !isSlot(text))
    throw genericError(`Property '${model}.addr' doesn't take value '${text}'`);
  if (name === 'mac' && !/^[\da-f]{2}([:-][\da-f]{2}){5}$/i.test(text)) {
    throw genericError(`Property '${ownerOf(model)}.mac' doesn't take value '${text}'`);
  }
  if (BACKENDS.has(name)) context.checkBackend(name as BackendKind, text, `${ownerOf(model)}.${name}`);
}

/** Whether a property is a place in the order of booting: `bootindexA` is that of a controller's floppy. */
export const isBootIndex = (name: string): boolean => /^bootindex[AB]?$/.test(name);

/** Each place has one device (`check_boot_index`); a negative number isn't a place. */
function checkBootIndex({ isBootIndexTaken }: PropertyContext, index: number): void {
  if (index >= 0 && isBootIndexTaken(index)) {
    throw genericError(`The bootindex ${index} has already been used`);
  }
}

/** Slot and function of a PCI device, in hexadecimal: `6`, `0x1f.7`. */
function isSlot(text: string): boolean {
  const [, slot = '', part = '0'] = /^(?:0x)?([\da-f]+)(?:\.(?:0x)?([\da-f]+))?$/i.exec(text) ?? [];
  return slot !== '' && Number.parseInt(slot, 16) <= 31 && Number.parseInt(part, 16) <= 7;
}

/** A virtio device on PCI has its own properties in a part of it. */
function ownerOf(model: string): string {
  return model.replace(/^(virtio-\w+)-pci(-(non-)?transitional)?$/, '$1-device');
}
