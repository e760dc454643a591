import type { QemuProfile } from '../../engine/profile.ts';
import { commandTable, textOf, type CommandTable } from '../command.ts';
import type { Subsystem } from '../subsystem.ts';
import { listDeviceProperties, listProperties, listTypes } from './type-queries.ts';
import { typeTable } from '../types/type-table.ts';

/** Types of objects: `qom-list-types` and properties of types (`qapi/qom.json`, `qapi/qdev.json`). */
export class QomTypes implements Subsystem {
  readonly commands: CommandTable;

  constructor(profile: QemuProfile) {
    this.commands = commandTable({
      'qom-list-types': (args) => listTypes(typeTable(profile), args),
      'qom-list-properties': (args) => listProperties(typeTable(profile), textOf(args, 'typename')),
      'device-list-properties': (args) => listDeviceProperties(typeTable(profile), textOf(args, 'typename')),
    });
  }
}
