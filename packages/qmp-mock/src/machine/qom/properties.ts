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
import type { QomTree } from './qom-tree.ts';

interface Found {
  readonly path: string;
  readonly property: string;
  readonly view: PropertyView;
}

/** What objects are there, and their properties: `qom-list`, `qom-get`, `qom-set` (`qapi/qom.json`). */
export class QomProperties implements Subsystem {
  readonly commands: CommandTable;
  readonly #tree: QomTree;

  constructor(tree: QomTree) {
    this.#tree = tree;
    this.commands = commandTable({
      'qom-list': (args) => {
        const path = args.get('path') as string;
        const found = tree.find(path);
        if (typeof found === 'object') throw genericError(`Path '${path}' is ambiguous`);
        if (found === undefined) throw deviceNotFound(path);
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
        if (!view.writable) {
          throw genericError(view.refusal ?? `Property '${tree.typeOf(path)}.${property}' is not writable`);
        }
        tree.set(path, property, args.get('value') as QValue);
      },
    });
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      'qom-list': qomList,
      'qom-get': taking('path:string property:string', qomGet),
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      'qom-tree': (context) => {
        const { rest } = context;
        if (rest === '' || rest.startsWith('/')) notModelledLine(context);
        return [`Path '${rest}' could not be resolved.`];
      },
    });
  }

  #find(args: QDict): Found {
    const asked = args.get('path') as string;
    const property = args.get('property') as string;
    const path = this.#tree.find(asked);
    if (typeof path !== 'string') throw deviceNotFound(asked);
    const view = this.#tree.property(path, property);
    if (view === undefined) throw genericError(`Property '${this.#tree.typeOf(path)}.${property}' not found`);
    return { path, property, view };
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
