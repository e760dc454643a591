import { QmpCommandError } from 'qmp-core/errors';
import type { QDict } from '../engine/json/value.ts';
import type { CommandCall } from '../engine/monitor/command-host.ts';

/**
 * One command of the built-in machine. Its arguments have passed the schema's check, so their types are
 * known; integers may be `number` or `bigint`. What it gives is the reply's `return`; nothing means `{}`.
 */
export type MachineCommand = (args: QDict, call: CommandCall) => unknown;

/** Commands by name. A `Map`, so that no name is taken for a member of a prototype. */
export type CommandTable = ReadonlyMap<string, MachineCommand>;

/** A table from an object literal. */
export function commandTable(commands: Record<string, MachineCommand>): CommandTable {
  return new Map(Object.entries(commands));
}

/** A member that the schema says is text; empty if it was left out. */
export function textOf(dict: QDict, name: string): string {
  const value = dict.get(name);
  return typeof value === 'string' ? value : '';
}

/** QEMU's `GenericError`. */
export function genericError(desc: string): QmpCommandError {
  return new QmpCommandError('GenericError', desc);
}

/** QEMU's `DeviceNotFound`. */
export function deviceNotFound(id: string): QmpCommandError {
  return new QmpCommandError('DeviceNotFound', `Device '${id}' not found`);
}

/** QEMU's `DeviceNotActive`. */
export function deviceNotActive(desc: string): QmpCommandError {
  return new QmpCommandError('DeviceNotActive', desc);
}
