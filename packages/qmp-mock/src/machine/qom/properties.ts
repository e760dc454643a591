import { printPretty } from '../../engine/json/printer.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { commandTable, deviceNotFound, genericError, type CommandTable } from '../command.ts';
import type { HmpArguments } from '../hmp/arguments.ts';
import {
  complaintsOf,
  hmpTable,
  notModelledLine,
  refusalOf,
  taking,
  type HmpContext,
  type HmpTable,
} from '../hmp/command.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Subsystem } from '../subsystem.ts';
import type { PropertyView } from './property.ts';
import { checkObjectValue } from './object-checks.ts';
import { checkType } from './property-types.ts';
import type { QomTree } from './qom-tree.ts';

/** How much of the tree of objects is known: each says that the answer is not modelled if it is not. */
export interface QomScope {
  /** Of a path at which there is no object that is known. */
  readonly requireAbsent: (path: string) => void;
  /** Of the list of an object's properties. */
  readonly requireList: (path: string) => void;
  /** Of a property that an object is not known to have. */
  readonly requireProperty: (path: string, property: string) => void;
  /** Of the value of a property. */
  readonly requireValue: (path: string, property: string) => void;
}

interface Found {
  readonly path: string;
  readonly property: string;
  readonly view: PropertyView;
}

/** A refusal of every change, by an object that has looked at the value's type before. */
const REFUSED_BY_ITSELF = 'cannot change property value';

const isText = (type: string): boolean => type.startsWith('str') || type.startsWith('link<');

/** Commands on objects and their properties: `qom-list`, `qom-get`, `qom-set` (`qapi/qom.json`). */
export class QomProperties implements Subsystem {
  readonly commands: CommandTable;
  readonly #tree: QomTree;

  readonly #scope: QomScope;

  /** @param setOwn - Sets a property that is more than a value; gives false for any other. */
  constructor(
    tree: QomTree,
    scope: QomScope,
    setOwn: (path: string, property: string, value: QValue) => boolean,
  ) {
    this.#tree = tree;
    this.#scope = scope;
    this.commands = commandTable({
      'qom-list': (args) => {
        const path = args.get('path') as string;
        const found = this.#locate(path);
        if (typeof found === 'object') throw genericError(`Path '${path}' is ambiguous`);
        scope.requireList(found);
        return tree.list(found);
      },
      'qom-get': (args) => {
        const { view, property } = this.#find(args);
        if (view.error !== undefined) throw genericError(view.error);
        if (view.value === undefined) notModelled(`the value of the property ${property}`);
        return view.value;
      },
      'qom-set': (args) => {
        const { path, property, view } = this.#find(args);
        const value = args.get('value') as QValue;
        if (view.isSettingUnknown === true) notModelled(`qom-set of ${property}`);
        if (view.refusal === REFUSED_BY_ITSELF) checkType(property, view.type, value);
        if (!view.writable) {
          throw genericError(view.refusal ?? this.#notWritable(path, property));
        }
        checkObjectValue(tree.typeOf(path), property, value);
        // How much memory and the like a board can have is up to its type.
        if (path === '/machine' && typeof value !== 'boolean' && !isText(view.type)) {
          checkType(property, view.type, value);
          notModelled(`qom-set of ${property} of a machine`);
        }
        if (!setOwn(path, property, value)) tree.set(path, property, value);
      },
    });
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      'qom-list': qomList,
      'qom-set': taking('-j path:string property:string value:rest', (given, context) =>
        this.#setByLine(given, context),
      ),
      'qom-get': taking('path:string property:string', qomGet),
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      'qom-tree': (context) => {
        const { rest } = context;
        const path = rest === '' ? '/machine' : rest;
        const found = this.#tree.find(path);
        if (typeof found === 'object') return [`Path '${rest}' is ambiguous.`];
        if (found === undefined) {
          this.#scope.requireAbsent(path);
          return [`Path '${rest}' could not be resolved.`];
        }
        return this.#treeLines(found, 0);
      },
    });
  }

  /** A value as text, or as JSON: only what is refused before one looks at it is modelled. */
  #setByLine(given: HmpArguments, context: HmpContext): readonly string[] {
    const args = new QDict([...given].map(([name, value]) => [name, String(value)]));
    return complaintsOf(() => {
      const { path, property, view } = this.#find(args);
      if (view.writable || view.isSettingUnknown === true) notModelledLine(context);
      throw genericError(view.refusal ?? this.#notWritable(path, property));
    });
  }

  #notWritable(path: string, property: string): string {
    return `Property '${this.#tree.typeOf(path)}.${property}' is not writable`;
  }

  /** An object and what is below it, by name (`print_qom_composition`). */
  #treeLines(path: string, indent: number): string[] {
    this.#scope.requireList(path);
    const name = path === '/machine' || path === '/' ? path : `/${path.slice(path.lastIndexOf('/') + 1)}`;
    const below = this.#tree.children(path).toSorted((a, b) => (a < b ? -1 : 1));
    return [
      `${' '.repeat(indent)}${name} (${this.#tree.typeOf(path)})`,
      ...below.flatMap((child) => this.#treeLines(child, indent + 2)),
    ];
  }

  #find(args: QDict): Found {
    const asked = args.get('path') as string;
    const property = args.get('property') as string;
    const path = this.#locate(asked);
    if (typeof path !== 'string') throw deviceNotFound(asked);
    const view = this.#tree.property(path, property);
    if (view === undefined) {
      this.#scope.requireProperty(path, property);
      throw genericError(`Property '${this.#tree.typeOf(path)}.${property}' not found`);
    }
    this.#scope.requireValue(path, property);
    return { path, property, view };
  }

  #locate(path: string): string | { readonly ambiguous: true } {
    const found = this.#tree.find(path);
    if (found !== undefined) return found;
    this.#scope.requireAbsent(path);
    throw deviceNotFound(path);
  }
}

function qomGet(given: HmpArguments, context: HmpContext): readonly string[] {
  let text = '';
  const complaints = complaintsOf(() => {
    const args = new QDict([...given].map(([name, value]) => [name, String(value)]));
    text = printPretty(context.qmp('qom-get', args));
  });
  return complaints.length > 0 ? complaints : [text];
}

function qomList({ rest, qmp }: HmpContext): readonly string[] {
  if (rest === '') return ['/'];
  try {
    const properties = qmp('qom-list', new QDict([['path', rest]])) as { name: string; type: string }[];
    return properties.map(({ name, type }) => `${name} (${type})`);
  } catch (error) {
    return [`Error: ${refusalOf(error)}`];
  }
}
