import { QDict } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import { hmpTable, onlyEmpty, onlyUsage, showing, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import { canBeMade, type ObjectCheckContext } from './object-checks.ts';
import type { QomTree } from './qom-tree.ts';
import type { UserObjects } from './user-objects.ts';

/** Objects that are more than their properties: monitors are, in versions that have them as objects. */
export interface SpecialObjects {
  /** Makes one of a type of its own; gives false for any other type. */
  add(type: string, id: string, properties: QDict): boolean;
  /** Takes one of its own away; gives false for any other id. */
  remove(id: string, call: CommandCall): boolean;
}

/** Objects that are filters on network backends. */
export interface NetFilterObjects {
  readonly isFilter: (type: string) => boolean;
  /** Throws QEMU's refusal of a filter. */
  readonly check: (type: string, properties: QDict) => void;
  /** A filter has come. */
  readonly add: (type: string, id: string, properties: QDict) => void;
  /** An object has gone. */
  readonly remove: (id: string) => void;
}

/** Parts of the machine that {@link Objects} needs. */
export interface ObjectsParts extends ObjectCheckContext {
  readonly tree: QomTree;
  readonly objects: UserObjects;
  readonly special: SpecialObjects;
  readonly rules: Pick<MachineRules, 'iothread' | 'mappedMemory' | 'usedThrottleGroup'>;
  readonly setup: Setup;
  readonly board: Board;
  /** Tells whether a device or a node has an object, and keeps it so; `undefined` if that isn't known. */
  readonly isUsed: (type: string, id: string) => boolean | undefined;
  /** Objects that are filters on network backends. */
  readonly filters: NetFilterObjects;
  /** Throws a memory backend's own refusal of its properties. */
  readonly checkMemoryBackend: (type: string, id: string, properties: QDict) => void;
}

/** Types of objects that stay as long as somebody uses them; others go away, whoever has them. */
const KEPT_IN_USE = /^(memory-backend-|throttle-group$|cryptodev-)/;
/** Types of objects that stay for good. */
const NEVER_DELETED = /^(can-bus|main-loop)$/;

/** Objects that users make: `object-add`, `object-del`, and iothreads (`qapi/qom.json`, `qapi/misc.json`). */
export class Objects implements Subsystem {
  readonly commands: CommandTable;

  constructor(parts: ObjectsParts) {
    const { tree, objects, special, rules, checkMemoryBackend, setup, board, filters } = parts;
    const refuseTwice = (id: string): void => {
      if (tree.property('/objects', id) === undefined) return;
      throw genericError(`attempt to add duplicate property '${id}' to object (type 'container')`);
    };
    this.commands = commandTable({
      'object-add': (args) => {
        const { type, id, properties } = split(args);
        if (!isIdentifier(id)) throw genericError("Parameter 'id' expects an identifier");
        tree.touchObjects();
        if (type.startsWith('memory-backend-')) checkMemoryBackend(type, id, properties);
        const isFilter = filters.isFilter(type);
        if (isFilter) filters.check(type, properties);
        const isCertain = isFilter || canBeMade(type, properties, parts);
        refuseTwice(id);
        tree.adding('/objects', id, () => {
          if (special.add(type, id, properties)) return;
          if (!isCertain) notModelled(`an object ${type} like this`);
          objects.add(id, type, properties);
          filters.add(type, id, properties);
        });
      },
      'object-del': (args, call) => {
        const id = args.get('id') as string;
        if (special.remove(id, call)) return;
        tree.touchObjects();
        const type = id === board.ram ? 'memory-backend-ram' : objects.typeOf(id);
        if (type === undefined) {
          if (setup.mayHaveBeenMade(id)) notModelled(`the object ${id}`);
          throw genericError(`object '${id}' not found`);
        }
        if (id === board.ram) setup.require(`${call.name} of ${id}`, 'memory');
        const isUsed = id === board.ram || parts.isUsed(type, id);
        if (isUsed === true) throw genericError(usedText(type, rules).replaceAll('%', () => id));
        const isDoubtful = KEPT_IN_USE.test(type) && setup.isUsedBeside(id, 'object', isUsed !== undefined);
        if (isDoubtful || NEVER_DELETED.test(type)) notModelled(`whether the object ${id} is in use`);
        objects.remove(id);
        filters.remove(id);
        tree.removed('/objects', id);
      },
      'query-iothreads': (_args, call) => {
        if (setup.isInDoubt('objects')) notModelled(`${call.name} after an object that is not modelled`);
        tree.touchObjects();
        return objects
          .ofType('iothread')
          .map(({ id, properties, thread }) => ({
            id,
            'thread-id': thread,
            'poll-max-ns': properties.get('poll-max-ns') ?? 32_768,
            'poll-grow': properties.get('poll-grow') ?? rules.iothread.grow,
            'poll-shrink': properties.get('poll-shrink') ?? rules.iothread.shrink,
            'poll-weight': properties.get('poll-weight') ?? rules.iothread.weight,
            'aio-max-batch': properties.get('aio-max-batch') ?? 0,
          }))
          .toReversed();
      },
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp('object_del=object-del id:string'),
      ...hmpTable({ object_add: onlyUsage('object:rest') }),
    ]);
  }

  infoTopics(): HmpTable {
    return hmpTable({ iothreads: showing('query-iothreads', onlyEmpty) });
  }
}

function split(args: QDict): { type: string; id: string; properties: QDict } {
  const properties = new QDict(args);
  properties.delete('qom-type');
  properties.delete('id');
  return { type: args.get('qom-type') as string, id: args.get('id') as string, properties };
}

/** The refusal to delete an object that is in use. */
function usedText(type: string, rules: ObjectsParts['rules']): string {
  return type === 'throttle-group' ? rules.usedThrottleGroup : rules.mappedMemory;
}
