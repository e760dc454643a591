import { QmpCommandError } from 'qmp-core/errors';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { deviceNotFound, genericError } from '../command.ts';
import type { NetClient, NetTable } from './net-table.ts';

/** A filter on a network backend: an object of its own. */
interface NetFilter {
  readonly id: string;
  readonly type: string;
  readonly client: NetClient;
}

/** Parts of the machine that {@link NetFilters} needs. */
export interface NetFilterParts {
  readonly table: NetTable;
  readonly hasChardev: (id: string) => boolean;
  /** Whether the user of a chardev is known to be nobody. */
  readonly isFreeChardev: (id: string) => boolean;
  readonly whyNotWritable: (path: string) => string | undefined;
  /** The words for a file that a dump can't be written to; `%` is its name, and the reason follows. */
  readonly dumpRefusal: string;
  /** A property of an object, as `qom-get` gives it; names in the order of `qom-list`. */
  readonly propertiesOf: (id: string) => readonly (readonly [name: string, value: QValue | undefined])[];
  /** Takes the object away, because its backend is gone. */
  readonly remove: (id: string) => void;
}

const FILTERS = /^filter-(buffer|dump|mirror|redirector|replay|rewriter)$/;
const POSITION = /^(head|tail|id=(.+))$/;

/** Filters on network backends (`net/filter.c`). */
export class NetFilters {
  readonly #parts: NetFilterParts;
  /** Those of each backend, in the order in which packets pass them. */
  readonly #filters = new Map<NetClient, NetFilter[]>();

  constructor(parts: NetFilterParts) {
    this.#parts = parts;
  }

  /** Whether objects of that type are filters. */
  isFilter(type: string): boolean {
    return FILTERS.test(type);
  }

  /** Throws QEMU's refusal of a filter (`netfilter_complete`), beyond what the schema says. */
  check(type: string, properties: QDict): void {
    const { table } = this.#parts;
    const text = (name: string): string | undefined => {
      const value = properties.get(name);
      return typeof value === 'string' ? value : undefined;
    };
    if (type === 'filter-buffer' && Number(properties.get('interval')) === 0) {
      throw genericError("Property 'filter-buffer.interval' requires a positive value");
    }
    checkFilterStatus(text('status'));
    const [, , before] = POSITION.exec(text('position') ?? 'tail') ?? [];
    if (!POSITION.test(text('position') ?? 'tail')) {
      throw genericError("Parameter 'position' expects 'head', 'tail' or 'id=<id>'");
    }
    const client = table.backend(text('netdev') ?? '');
    if (client === undefined) throw genericError("Parameter 'netdev' expects a network backend id");
    if (before !== undefined) {
      const all = [...this.#filters.values()].flat();
      const other = all.find(({ id }) => id === before);
      if (other === undefined) throw genericError(`filter '${before}' not found`);
      if (other.client !== client) throw genericError(`filter '${before}' belongs to a different netdev`);
    }
    if (client.type === 'vhost-user' || client.type === 'tap') notModelled(`a filter on ${client.type}`);
    this.#checkEnds(type, text);
  }

  /** An object is there; a filter was checked. */
  add(type: string, id: string, properties: QDict): void {
    if (!FILTERS.test(type)) return;
    const netdev = properties.get('netdev');
    const client = typeof netdev === 'string' ? this.#parts.table.backend(netdev) : undefined;
    if (client === undefined) return;
    const list = this.#filters.get(client) ?? [];
    this.#filters.set(client, list);
    const position = properties.get('position') ?? 'tail';
    const filter = { id, type, client };
    const at = list.findIndex((other) => position === `id=${other.id}`);
    if (position === 'head') list.unshift(filter);
    else if (at < 0) list.push(filter);
    else list.splice(properties.get('insert') === 'before' ? at : at + 1, 0, filter);
  }

  /** An object is gone. */
  remove(id: string): void {
    for (const list of this.#filters.values()) {
      const at = list.findIndex((filter) => filter.id === id);
      if (at >= 0) list.splice(at, 1);
    }
  }

  /** A backend is gone, and its filters with it. */
  removeAll(client: NetClient): void {
    const list = this.#filters.get(client) ?? [];
    this.#filters.delete(client);
    for (const { id } of list) this.#parts.remove(id);
  }

  /** Lines about the filters of a backend in `info network`. */
  lines(client: NetClient): readonly string[] {
    const list = this.#filters.get(client) ?? [];
    if (list.length === 0) return [];
    return ['filters:', ...list.map((filter) => this.#line(filter))];
  }

  #line({ id, type }: NetFilter): string {
    const shown = this.#parts
      .propertiesOf(id)
      .filter(([name]) => name !== 'type')
      .map(([name, value]) => {
        const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
        return isPlain ? `,${name}=${value}` : notModelled(`the filter ${id}`);
      });
    return `  - ${id}: type=${type}${shown.toReversed().join('')}`;
  }

  #checkEnds(type: string, text: (name: string) => string | undefined): void {
    const { hasChardev, isFreeChardev, whyNotWritable, dumpRefusal } = this.#parts;
    const [input, output, file] = [text('indev'), text('outdev'), text('file')];
    if (type === 'filter-redirector') {
      if (input === undefined && output === undefined) {
        throw genericError("filter redirector needs 'indev' or 'outdev' at least one property set");
      }
      if (input === output) {
        throw genericError("'indev' and 'outdev' could not be same for filter redirector");
      }
      if (input !== undefined && !hasChardev(input)) {
        throw new QmpCommandError('DeviceNotFound', `IN Device '${input}' not found`);
      }
      if (output !== undefined && !hasChardev(output)) {
        throw new QmpCommandError('DeviceNotFound', `OUT Device '${output}' not found`);
      }
    } else if (output !== undefined && !hasChardev(output)) {
      throw deviceNotFound(output);
    }
    for (const id of [input, output]) {
      if (id !== undefined && !isFreeChardev(id)) notModelled(`a filter on the chardev ${id}`);
    }
    if (type !== 'filter-dump' || file === undefined) return;
    const why = whyNotWritable(file);
    if (why !== undefined) throw genericError(`${dumpRefusal.replace('%', () => file)}${why}`);
  }
}

/** Throws QEMU's refusal of a filter's status. */
export function checkFilterStatus(status: QValue | undefined): void {
  if (status === undefined || status === 'on' || status === 'off') return;
  throw genericError("Invalid value for netfilter status, should be 'on' or 'off'");
}
