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
import type { QomTree } from './qom-tree.ts';
import type { UserObjects } from './user-objects.ts';

/** Objects that are more than their properties: monitors are, in versions that have them as objects. */
export interface SpecialObjects {
  /** Makes one of a type of its own; gives false for any other type. */
  add(type: string, id: string, properties: QDict): boolean;
  /** Takes one of its own away; gives false for any other id. */
  remove(id: string, call: CommandCall): boolean;
}

/** Parts of the machine that {@link Objects} needs. */
export interface ObjectsParts {
  readonly tree: QomTree;
  readonly objects: UserObjects;
  readonly special: SpecialObjects;
  readonly rules: Pick<MachineRules, 'iothread' | 'mappedMemory'>;
  /** Tells whether a device uses an object; `undefined` if that isn't known of all devices. */
  readonly isUsed: (id: string) => boolean | undefined;
  readonly setup: Setup;
  readonly board: Board;
  /** Why a file could not be opened, or `undefined` if it could, or if nobody knows. */
  readonly whyNotOpened: (path: string) => string | undefined;
  /** Throws a memory backend's own refusal of its properties. */
  readonly checkMemoryBackend: (type: string, id: string, properties: QDict) => void;
}

/** Objects that users make: `object-add`, `object-del`, and iothreads (`qapi/qom.json`, `qapi/misc.json`). */
export class Objects implements Subsystem {
  readonly commands: CommandTable;

  constructor(parts: ObjectsParts) {
    const { tree, objects, special, rules, checkMemoryBackend, setup, board } = parts;
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
        if (type.startsWith('memory-backend-')) checkMemoryBackend(type, id, properties);
        refuseTwice(id);
        tree.adding('/objects', id, () => {
          if (special.add(type, id, properties)) return;
          if (!isPlain(type, properties, parts.whyNotOpened)) notModelled(`an object ${type} like this`);
          objects.add(id, type, properties);
        });
      },
      'object-del': (args, call) => {
        const id = args.get('id') as string;
        if (special.remove(id, call)) return;
        tree.touchObjects();
        if (id === board.ram) notModelled('object-del of the memory of the machine');
        const isUsed = parts.isUsed(id);
        const type = objects.typeOf(id);
        if (type !== undefined) {
          if (isUsed === true) refuseUsed(type, id, rules.mappedMemory);
          if (setup.isUsedBeside(id, 'object', isUsed !== undefined))
            notModelled(`whether the object ${id} is in use`);
        } else if (!objects.hasGone(id) && setup.isUsedBeside(id, 'object')) {
          notModelled(`the object ${id}`);
        }
        if (!objects.remove(id)) throw genericError(`object '${id}' not found`);
        tree.removed('/objects', id);
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

/** Objects that go although a device has them: it has taken what it needs of them. */
const FREE = /^(iothread|rng-|secret|authz-)/;

/** Refuses to delete an object that a device has, if its kind stays then. */
function refuseUsed(type: string, id: string, mappedMemory: string): void {
  if (FREE.test(type)) return;
  if (type.startsWith('memory-backend-')) throw genericError(mappedMemory.replace('%', () => id));
  notModelled(`deleting an object ${type} that is in use`);
}

/** Types of objects that can be made of nothing but their properties. */
const PLAIN =
  /^(iothread|thread-context|main-loop|secret|memory-backend-(ram|memfd)|rng-builtin|throttle-group|can-bus|authz-(simple|list|pam))$/;
/** Properties that name something else. */
const REFERENCE =
  /^(netdev|chardev|chrdev|canbus|indev|outdev|file|filename|dir|path|mem-path|host-nodes|node-affinity|cpu-affinity|keyid|iv)$/;

/** Whether an object can be made, whatever else there is. */
function isPlain(type: string, properties: QDict, whyNotOpened: ObjectsParts['whyNotOpened']): boolean {
  if (type === 'rng-random') {
    const file = properties.get('filename');
    return file === undefined || (typeof file === 'string' && whyNotOpened(file) === undefined);
  }
  // Limits of a throttle group exclude each other.
  if (type === 'throttle-group') {
    const limits = properties.get('limits');
    const count = limits instanceof QDict ? limits.size + properties.size - 1 : properties.size;
    return count <= 1;
  }
  return PLAIN.test(type) && [...properties.keys()].every((name) => !REFERENCE.test(name));
}
