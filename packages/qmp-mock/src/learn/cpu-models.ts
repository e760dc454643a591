import { parseJson, stringifyJson, type JsonValue } from 'qmp-core/wire';
import { UNKNOWN, type Expansion } from '../machine/cpu/cpu-model-table.ts';
import { NO_MACHINE, type Answer, type Monitor } from './qemu/monitor.ts';
import type { Qemu } from './qemu/qemu.ts';

/** The model that others are written as differences from: it is in every version. */
const PLAIN = 'qemu64';
/** A model that no version has. */
const NOBODY = 'no-such-model';

type Props = Readonly<Record<string, JsonValue>>;

/** Contents of `cpu-models.jsonl`: every CPU model of TCG with its static and its full expansion. */
export async function learnCpuModels(qemu: Qemu): Promise<string> {
  await using monitor = await qemu.start([...NO_MACHINE, '-accel', 'tcg']);
  const defined = await monitor.value<{ name: string }[]>({ execute: 'query-cpu-definitions' });
  const lists: Props[] = [];
  const lines: JsonValue[] = [];
  const names = defined.map(({ name }) => name).filter((name) => name !== PLAIN);
  for (const name of [PLAIN, ...names, NOBODY]) {
    const fixed = await expand(monitor, 'static', { name });
    const record: Partial<Record<Expansion, JsonValue>> = { static: described(fixed, lists, name) };
    if (name !== NOBODY) {
      const full = await expand(monitor, 'full', { name });
      record.full = described(full, lists, name);
      const model = modelOf(fixed);
      const again = model === undefined ? undefined : await expand(monitor, 'full', model);
      // As a rule it is the full expansion under the name of the static one.
      if (again !== undefined && !isSame(modelOf(again), modelOf(full))) {
        record.chain = described(again, lists, name);
      }
    }
    lines.push([name === NOBODY ? UNKNOWN : name, record]);
  }
  return [lists, ...lines].map((line) => `${stringifyJson(line)}\n`).join('');
}

function expand(monitor: Monitor, type: string, model: JsonValue): Promise<Answer> {
  const request = { execute: 'query-cpu-model-expansion', arguments: { type, model } };
  return monitor.ask(stringifyJson(request));
}

interface Model {
  readonly [name: string]: JsonValue;
  readonly name: string;
  readonly props: Props;
}

function modelOf({ text, message }: Answer): Model | undefined {
  if (message.error !== undefined) return undefined;
  return (parseJson(text) as unknown as { return: { model: Model } }).return.model;
}

function isSame(one: Model | undefined, other: Model | undefined): boolean {
  return one !== undefined && other !== undefined && stringifyJson(one.props) === stringifyJson(other.props);
}

/** An expansion as it is recorded: what differs from the first with the same properties. */
function described(answer: Answer, lists: Props[], name: string): JsonValue {
  const model = modelOf(answer);
  if (model === undefined)
    return { error: (answer.message.error?.desc ?? '').replaceAll(`'${name}'`, "'%'") };
  const { props } = model;
  const keys = Object.keys(props).join(' ');
  let list = lists.findIndex((other) => Object.keys(other).join(' ') === keys);
  if (list < 0) list = lists.push(props) - 1;
  const differing = Object.entries(props).filter(([key, value]) => lists[list]![key] !== value);
  return [model.name, list, Object.fromEntries(differing)];
}
