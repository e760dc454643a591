import { parseJson } from 'qmp-core/wire';
import type { QemuProfile, VersionReader } from '../../engine/profile.ts';
import type { ObjectRecord, PropertyRecord } from './object-record.ts';

/** The recording of a device model, a board or an object that users make, in one kind of place. */
export interface Recorded {
  /** The objects that it consists of, the whole first. */
  readonly objects: readonly ObjectRecord[];
  /** Its entry in `query-pci`; of a board, the whole reply. */
  readonly pci?: unknown;
  /** Lines of `info qtree`. */
  readonly tree: readonly string[];
  /** Objects elsewhere that came with it, as `PATH:TYPE`. */
  readonly outside: readonly string[];
}

/** As a line has it: numbers are lines of `shapes.jsonl`. */
interface Line {
  readonly objects: readonly number[];
  readonly pci?: number;
  readonly tree?: number;
  readonly outside?: readonly string[];
}

/** Objects that were recorded, each parsed once it is asked for: `objects.jsonl` and `shapes.jsonl`. */
export class ObjectTable {
  readonly #lines: ReadonlyMap<string, string>;
  readonly #entries = new Map<string, Readonly<Record<string, Line | string>>>();
  readonly #readShapes: () => string;
  readonly #parsed = new Map<number, unknown>();
  #shapes: readonly string[] | undefined;

  /** @param objects - Text of `objects.jsonl`. @param shapes - Gives the text of `shapes.jsonl`. */
  constructor(objects: string, shapes: () => string) {
    const lines = objects.split('\n').filter((line) => line !== '');
    this.#lines = new Map(lines.map((line) => [line.slice(2, line.indexOf('"', 2)), line]));
    this.#readShapes = shapes;
  }

  /**
   * Finds the recording of a name, or gives `undefined`.
   *
   * @param way - The kind of place that it was recorded in.
   */
  find(name: string, way: string): Recorded | undefined {
    const entry = this.#entry(name);
    let line = entry?.[way];
    if (typeof line === 'string') line = entry?.[line];
    if (line === undefined || typeof line === 'string') return undefined;
    const { objects, pci, tree, outside = [] } = line;
    return {
      objects: objects.map((number) => this.#shape(number) as ObjectRecord),
      ...(pci !== undefined && { pci: this.#shape(pci) }),
      tree: tree === undefined ? [] : (this.#shape(tree) as string[]),
      outside,
    };
  }

  /** The properties of an object, in the order of `qom-list`. */
  properties([, , shape]: ObjectRecord): readonly PropertyRecord[] {
    return (this.#shape(shape) as number[]).map((number) => this.#shape(number) as PropertyRecord);
  }

  /** The words of a refusal. */
  refusal(number: number): string {
    return this.#shape(number) as string;
  }

  #entry(name: string): Readonly<Record<string, Line | string>> | undefined {
    let entry = this.#entries.get(name);
    const text = this.#lines.get(name);
    if (entry === undefined && text !== undefined) {
      [, entry] = JSON.parse(text) as [string, Readonly<Record<string, Line | string>>];
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #shape(number: number): unknown {
    let value = this.#parsed.get(number);
    if (value === undefined) {
      this.#shapes ??= this.#readShapes().split('\n');
      // Sizes up to 2^64 - 1 have to stay exact.
      value = parseJson(this.#shapes[number] ?? 'null');
      this.#parsed.set(number, value);
    }
    return value;
  }
}

const loaded = new WeakMap<VersionReader, ObjectTable>();

/** The recorded objects of a version; read at the first call, then kept as long as the version's reader. */
export function objectTable({ read }: Pick<QemuProfile, 'read'>): ObjectTable {
  let table = loaded.get(read);
  if (table === undefined) {
    table = new ObjectTable(read('objects.jsonl'), () => read('shapes.jsonl'));
    loaded.set(read, table);
  }
  return table;
}
