import { parseJson } from 'qmp-core/wire';
import { asInserted } from '../../engine/json/as-inserted.ts';
import { fromPlain } from '../../engine/json/plain.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import type { QemuProfile, VersionReader } from '../../engine/profile.ts';

/** Kinds of `query-cpu-model-expansion`; `chain` is a full expansion of what a static one gave. */
export type Expansion = 'static' | 'full' | 'chain';

/**
 * A recorded expansion: the name of the model, a list of properties of the first line, and those that differ
 * from it; or a refusal.
 */
export type ExpansionRecord =
  | readonly [name: string, list: number, differing: Readonly<Record<string, unknown>>]
  | { readonly error: string };

/** The model that static expansions are told as properties of. */
const BASE = 'base';

/** The name under which the refusal of an unknown model is recorded; `%` stands for the model. */
export const UNKNOWN = '?';

/** An expanded model. */
export interface ExpandedModel {
  readonly name: string;
  readonly props: QDict;
}

/** The expansions of CPU models under TCG, each parsed once it is asked for: `cpu-models.jsonl`. */
export class CpuModelTable {
  readonly #lines: ReadonlyMap<string, string>;
  readonly #first: string;
  #lists: readonly Readonly<Record<string, unknown>>[] | undefined;

  /** @param text - Text of `cpu-models.jsonl`; empty if it wasn't learned. */
  constructor(text: string) {
    const [first = '', ...lines] = text.split('\n').filter((line) => line !== '');
    this.#first = first;
    this.#lines = new Map(lines.map((line) => [line.slice(2, line.indexOf('"', 2)), line]));
  }

  /** Names of the models. */
  names(): readonly string[] {
    return [...this.#lines.keys()].filter((name) => name !== UNKNOWN);
  }

  /** An expansion, QEMU's refusal of it, or `undefined` if it wasn't recorded. */
  find(name: string, expansion: Expansion): ExpandedModel | { readonly error: string } | undefined {
    const text = this.#lines.get(name) ?? this.#lines.get(UNKNOWN);
    if (text === undefined) return undefined;
    const [own, record] = parseJson(text) as unknown as [string, Partial<Record<Expansion, ExpansionRecord>>];
    const kind = own === UNKNOWN ? 'static' : expansion;
    const found = record[kind] ?? (kind === 'chain' ? record.full : undefined);
    if (found === undefined) return undefined;
    if ('error' in found) return { error: found.error.replace('%', () => name) };
    this.#lists ??= parseJson(this.#first) as unknown as readonly Readonly<Record<string, unknown>>[];
    const [model, list, differing] = found;
    const props = { ...this.#lists[list], ...differing };
    return { name: kind === 'chain' ? BASE : model, props: asInserted(fromPlain(props)) as QDict };
  }

  /** The model of which these are the properties after a static expansion. */
  withProps(props: QDict): string | undefined {
    return this.names().find((name) => {
      const found = this.find(name, 'static');
      return found !== undefined && 'props' in found && areEqual(found.props, props);
    });
  }
}

function areEqual(a: QDict, b: QDict): boolean {
  const same = (one: QValue | undefined, other: QValue | undefined): boolean =>
    typeof one === 'number' || typeof one === 'bigint' ? one == other : one === other;
  return a.size === b.size && [...a].every(([name, value]) => same(value, b.get(name)));
}

const loaded = new WeakMap<VersionReader, CpuModelTable>();

/** The CPU models of a version; read at the first call, then kept as long as the version's reader. */
export function cpuModelTable({ read }: Pick<QemuProfile, 'read'>): CpuModelTable {
  let table = loaded.get(read);
  if (table === undefined) {
    table = new CpuModelTable(read('cpu-models.jsonl'));
    loaded.set(read, table);
  }
  return table;
}
