import { QDict, type QValue } from '../../engine/json/value.ts';
import type { Schema } from '../../engine/schema/schema.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import type { HmpArguments } from '../hmp/arguments.ts';
import { complaintsOf, hmpTable, showing, taking, type HmpContext, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { TypeTable } from '../types/type-table.ts';
import { canBeMade, type ObjectCheckContext } from './object-checks.ts';
import { objectOfLine } from './object-line.ts';
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

/** Chardevs that objects take for themselves. */
export interface ChardevOwners {
  claim(label: string, owner: string): void;
  release(owner: string): void;
}

/** Properties by which objects of some types have chardevs. */
const CHARDEVS: Readonly<Record<string, readonly string[]>> = {
  'rng-egd': ['chardev'],
  'filter-mirror': ['outdev'],
  'filter-redirector': ['indev', 'outdev'],
};

/** An object has come: the chardevs that it names are its own. */
export function claimChardevs(chardevs: ChardevOwners, type: string, id: string, properties: QDict): void {
  for (const name of Object.hasOwn(CHARDEVS, type) ? (CHARDEVS[type] ?? []) : []) {
    const label = properties.get(name);
    if (typeof label === 'string') chardevs.claim(label, id);
  }
}

/** Parts of the machine that {@link Objects} needs. */
export interface ObjectsParts extends ObjectCheckContext {
  readonly tree: QomTree;
  readonly objects: UserObjects;
  readonly special: SpecialObjects;
  readonly chardevs: ChardevOwners;
  readonly schema: Schema;
  readonly types: () => TypeTable;
  readonly rules: Pick<MachineRules, 'iothread' | 'mappedMemory' | 'usedThrottleGroup' | 'usedObject'>;
  readonly setup: Setup;
  readonly board: Board;
  /** Whether the version has objects of a type: one that its schema names may not be compiled in. */
  readonly isType: (type: string) => boolean;
  /** Tells whether a device or a node has an object, and keeps it so; `undefined` if that isn't known. */
  readonly isUsed: (type: string, id: string) => boolean | undefined;
  /** Objects that are filters on network backends. */
  readonly filters: NetFilterObjects;
  /** Throws a memory backend's own refusal of its properties. */
  readonly checkMemoryBackend: (type: string, id: string, properties: QDict) => void;
}

/** Members of an iothread that `info iothreads` shows, in its order. */
const POLLING = ['poll-max-ns', 'poll-grow', 'poll-shrink', 'poll-weight', 'aio-max-batch'] as const;
/** Types of objects whose properties QEMU holds against each other when the object is in its place. */
const CHECKED_LATE = /^(secret|throttle-group|rng-.*|tls-.*|main-loop|cryptodev-vhost-user)$/;
/** Types of objects that stay as long as somebody uses them; others go away, whoever has them. */
const KEPT_IN_USE = /^(memory-backend-|throttle-group$|cryptodev-)/;
/** Types of objects that stay for good, by their name in the rules. */
const NEVER_DELETED: Readonly<Record<string, 'canBus' | 'mainLoop'>> = {
  'can-bus': 'canBus',
  'main-loop': 'mainLoop',
};

/** Objects that users make: `object-add`, `object-del`, and iothreads (`qapi/qom.json`, `qapi/misc.json`). */
export class Objects implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: ObjectsParts;

  constructor(parts: ObjectsParts) {
    this.#parts = parts;
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
        if (!parts.isType(type)) throw genericError(`invalid object type: ${type}`);
        if (CHECKED_LATE.test(type)) refuseTwice(id);
        const isFilter = filters.isFilter(type);
        const check = (): boolean => {
          if (!isFilter) return canBeMade(type, properties, parts);
          filters.check(type, properties);
          return true;
        };
        const isLate = isFilter || type === 'memory-backend-file' || CHECKED_LATE.test(type);
        const isCertain = isLate ? tree.trying('/objects', id, check) : check();
        refuseTwice(id);
        tree.adding('/objects', id, () => {
          if (special.add(type, id, properties)) return;
          if (!isCertain) notModelled(`an object ${type} like this`);
          objects.add(id, type, properties);
          filters.add(type, id, properties);
          claimChardevs(parts.chardevs, type, id, properties);
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
        if (isDoubtful) notModelled(`whether the object ${id} is in use`);
        const kept = Object.hasOwn(NEVER_DELETED, type) ? NEVER_DELETED[type] : undefined;
        if (kept !== undefined) throw genericError(rules.usedObject[kept].replaceAll('%', () => id));
        objects.remove(id);
        filters.remove(id);
        parts.chardevs.release(id);
        tree.removed('/objects', id);
      },
      'query-iothreads': (_args, call) => {
        if (setup.isInDoubt('objects')) notModelled(`${call.name} after an object that is not modelled`);
        tree.touchObjects();
        return tree
          .list('/objects')
          .toReversed()
          .filter(({ type }) => type === 'child<iothread>')
          .map(({ name }) => this.#describeThread(name));
      },
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp('object_del=object-del id:string'),
      ...hmpTable({ object_add: taking('object:rest', (given, context) => this.#addByLine(given, context)) }),
    ]);
  }

  infoTopics(): HmpTable {
    return hmpTable({
      iothreads: showing('query-iothreads', (threads: readonly Record<string, string | number>[]) =>
        threads.flatMap(({ id, 'thread-id': thread, ...rest }) => [
          `${id}:`,
          `  thread_id=${thread}`,
          ...POLLING.filter((name) => rest[name] !== undefined).map((name) => `  ${name}=${rest[name]}`),
        ]),
      ),
    });
  }

  #addByLine(given: HmpArguments, { qmp }: HmpContext): readonly string[] {
    const { schema, types } = this.#parts;
    const complaints = complaintsOf(() =>
      qmp('object-add', objectOfLine(String(given.get('object')), schema, types())),
    );
    return complaints.flatMap((line) => line.split('\n'));
  }

  #describeThread(id: string): Readonly<Record<string, unknown>> {
    const { tree, rules, objects } = this.#parts;
    const { grow, shrink, weight } = rules.iothread;
    const value = (name: string): QValue | undefined => tree.property(`/objects/${id}`, name)?.value;
    return {
      id,
      'thread-id': objects.find(id)?.thread,
      'poll-max-ns': value('poll-max-ns') ?? 32_768,
      'poll-grow': value('poll-grow') ?? grow,
      'poll-shrink': value('poll-shrink') ?? shrink,
      'poll-weight': value('poll-weight') ?? weight,
      'aio-max-batch': value('aio-max-batch') ?? 0,
    };
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
  if (type.startsWith('cryptodev-')) return rules.usedObject.cryptodev;
  return type === 'throttle-group' ? rules.usedThrottleGroup : rules.mappedMemory;
}
