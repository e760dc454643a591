import { QDict } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import { hmpTable, onlyEmpty, onlyUsage, showing, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Subsystem } from '../subsystem.ts';
import type { QomTree } from './qom-tree.ts';
import type { UserObjects } from './user-objects.ts';

/** Objects that are more than their properties: monitors are, in versions that have them as objects. */
export interface SpecialObjects {
  /** Makes one of a type of its own; gives false for any other type. */
  add(type: string, id: string, properties: QDict): boolean;
  /** Takes one of its own away; gives false for any other id. */
  remove(id: string, call: CommandCall): boolean;
}

/** What {@link Objects} needs of its machine. */
export interface ObjectsParts {
  readonly tree: QomTree;
  readonly objects: UserObjects;
  readonly special: SpecialObjects;
  readonly rules: Pick<MachineRules, 'iothread'>;
  /** Throws a memory backend's own refusal of its properties. */
  readonly checkMemoryBackend: (type: string, properties: QDict) => void;
}

/** Objects that users make: `object-add`, `object-del`, and iothreads (`qapi/qom.json`, `qapi/misc.json`). */
export class Objects implements Subsystem {
  readonly commands: CommandTable;

  constructor({ tree, objects, special, rules, checkMemoryBackend }: ObjectsParts) {
    const refuseTwice = (id: string): void => {
      if (tree.property('/objects', id) === undefined) return;
      throw genericError(`attempt to add duplicate property '${id}' to object (type 'container')`);
    };
    this.commands = commandTable({
      'object-add': (args) => {
        const { type, id, properties } = split(args);
        if (!isIdentifier(id)) throw genericError("Parameter 'id' expects an identifier");
        tree.touchObjects();
        if (type === 'secret') checkSecret(properties);
        if (type.startsWith('memory-backend-')) checkMemoryBackend(type, properties);
        refuseTwice(id);
        if (special.add(type, id, properties)) return;
        tree.adding('/objects', () => objects.add(id, type, properties));
      },
      'object-del': (args, call) => {
        const id = args.get('id') as string;
        if (special.remove(id, call)) return;
        tree.touchObjects();
        if (!objects.remove(id)) throw genericError(`object '${id}' not found`);
      },
      'query-iothreads': () => {
        tree.touchObjects();
        return objects
          .ofType('iothread')
          .map(({ id, properties }) => ({
            id,
            'thread-id': 1000,
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

function checkSecret(properties: QDict): void {
  if (properties.has('data') || properties.has('file')) return;
  throw genericError("Either 'file' or 'data' must be provided");
}
