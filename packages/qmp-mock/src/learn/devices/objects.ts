import { stringifyJson, type JsonValue } from 'qmp-core/wire';
import { ModelTable } from '../../machine/qdev/model-table.ts';
import type { ObjectRecord } from '../../machine/qom/object-record.ts';
import { TypeTable } from '../../machine/types/type-table.ts';
import type { Note } from '../note.ts';
import type { Qemu } from '../qemu/qemu.ts';
import { qtree } from './boards.ts';
import { CONTEXTS, givenTo, type Context, type Turn } from './contexts.ts';
import { outsideOf } from './outside.ts';
import { Lines, ObjectRecorder } from './object-recorder.ts';
import { qtreeLines } from './qtree.ts';
import { NEEDY_OBJECTS, USER_OBJECTS } from './user-objects.ts';

/** Models that are plugged in together. If QEMU refuses them, they are tried one by one. */
const TOGETHER = 8;
/** Kinds of machines of which every object is recorded. */
const MACHINES = ['none', 'isapc', 'microvm', 'pc', 'q35'] as const;

/** Recordings of one thing, by the way in which it came to be there. */
type Recorded = Record<string, JsonValue>;

/** Earlier results that {@link learnObjects} builds on. */
export interface Known {
  readonly models: string;
  readonly types: string;
  readonly properties: string;
}

/**
 * Contents of `objects.jsonl` and `shapes.jsonl`: the objects that device models, boards and user-made
 * objects consist of, with their properties. Everything is recorded twice under different names and beside
 * different things: what differs then isn't a property of the model.
 */
export async function learnObjects(
  qemu: Qemu,
  known: Known,
  note: Note,
): Promise<{ objects: string; shapes: string }> {
  const models = new ModelTable(known.models, '', '');
  const lines = new Lines();
  const types = new TypeTable(known.types, () => known.properties);
  const recorder = new ObjectRecorder(types, lines);
  const found = new Map<string, Recorded>();
  const put = (name: string, way: string, what: JsonValue): void => {
    const recorded = found.get(name) ?? {};
    recorded[way] = what;
    found.set(name, recorded);
  };
  const plugged = [...known.models.matchAll(/^\["([^"]+)"/gm)]
    .map(([, name]) => name!)
    .filter((name) => models.find(name)?.plugged === true);
  const parts: Parts = { qemu, models, types, recorder, lines, note };
  for (const kind of MACHINES) {
    for (const [way, args] of Object.entries(BOARD_WAYS)) {
      const board = await recordBoard(parts, ['-machine', kind, '-S', ...args]);
      if (board !== undefined) put(`machine ${kind}`, way, board);
    }
  }
  for (const [type, properties] of Object.entries(USER_OBJECTS)) {
    const objects = await recordUserObject(parts, type, properties, []);
    if (objects !== undefined) put(`object ${type}`, 'cold', { objects: numbered(objects, lines) });
  }
  for (const context of CONTEXTS) {
    const those = plugged.filter((name) => context.takes(name, types, models.find(name)!));
    const first = await recordModels(parts, context, those, 0);
    const second = await recordModels(parts, context, those, 1, first);
    for (const [name, record] of first) {
      const again = second.get(name);
      if (again !== undefined && textOf(shapesOf(record, lines)) !== textOf(shapesOf(again, lines))) {
        note(`device ${name}: it consists of what is beside it (${context.way})`);
      } else if (again === undefined) note(`device ${name}: it can't be plugged in twice (${context.way})`);
      else put(name, context.way, common(record, again, lines));
    }
  }
  for (const [type, { args, properties }] of Object.entries(NEEDY_OBJECTS)) {
    const objects = await recordUserObject(parts, type, properties, args);
    if (objects !== undefined) put(`object ${type}`, 'cold', { objects: numbered(objects, lines) });
  }
  const text = [...found].map(([name, recorded]) => `${stringifyJson([name, sharing(recorded)])}\n`).join('');
  return { objects: text, shapes: lines.text() };
}

interface Parts {
  readonly qemu: Qemu;
  readonly models: ModelTable;
  readonly types: TypeTable;
  readonly recorder: ObjectRecorder;
  readonly lines: Lines;
  readonly note: Note;
}

/** Command lines of boards, by what is recorded of them. */
const BOARD_WAYS: Readonly<Record<string, readonly string[]>> = {
  bare: ['-nodefaults'],
  full: ['-serial', 'null', '-parallel', 'null', '-monitor', 'none'],
};

async function recordBoard(parts: Parts, args: readonly string[]): Promise<JsonValue | undefined> {
  const { qemu, recorder, lines, note } = parts;
  const other = args.includes('none') ? [] : ['-m', '144'];
  try {
    await using monitor = await qemu.start(args);
    const tree = (await qtree(monitor)).replaceAll('\r', '').split('\n');
    const pci = await monitor.value<JsonValue>({ execute: 'query-pci' });
    const objects = await recorder.record(monitor, '/machine');
    await using second = await qemu.start([...args, ...other]);
    const varied = vary(objects, await recorder.record(second, '/machine'));
    return { objects: numbered(varied, lines), pci: lines.number(pci), tree: lines.number(tree) };
  } catch (error) {
    note(`objects of ${args.join(' ')}: ${(error as Error).message}`);
    return undefined;
  }
}

async function recordUserObject(
  parts: Parts,
  type: string,
  properties: Readonly<Record<string, unknown>>,
  args: readonly string[],
): Promise<readonly JsonValue[] | undefined> {
  const { qemu, recorder, note } = parts;
  const one = async (id: string): Promise<ObjectRecord[]> => {
    await using monitor = await qemu.start(['-machine', 'none', '-nodefaults', '-S', ...args]);
    await monitor.value({ execute: 'object-add', arguments: { 'qom-type': type, id, ...properties } });
    return await recorder.record(monitor, `/objects/${id}`, id);
  };
  try {
    return vary(await one('o0'), await one('another'));
  } catch (error) {
    note(`object ${type}: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
}

/**
 * Records models in one context, as many at once as QEMU takes.
 *
 * @param earlier - The records of an earlier turn: why a model isn't among them is noted already.
 */
async function recordModels(
  parts: Parts,
  context: Context,
  names: readonly string[],
  turn: Turn,
  earlier?: ReadonlyMap<string, ModelRecord>,
): Promise<Map<string, ModelRecord>> {
  const records = new Map<string, ModelRecord>();
  const attempt = async (group: readonly string[]): Promise<void> => {
    try {
      const found = await recordGroup(parts, context, group, turn);
      for (const [name, record] of found) records.set(name, record);
    } catch (error) {
      const [name = ''] = group;
      if (group.length === 1) {
        const why = (error as Error).message.split('\n').at(-1);
        if (earlier?.has(name) !== false) parts.note(`device ${name} (${context.way}): ${why}`);
        return;
      }
      const half = group.length >> 1;
      await attempt(group.slice(0, half));
      await attempt(group.slice(half));
    }
  };
  const size = turn === 0 ? TOGETHER : TOGETHER - 1;
  for (let start = 0; start < names.length; start += size) await attempt(names.slice(start, start + size));
  return records;
}

interface ModelRecord {
  readonly objects: readonly ObjectRecord[];
  readonly pci: JsonValue | undefined;
  readonly tree: readonly string[];
  /** Objects elsewhere that came with it. */
  readonly outside: readonly string[];
}

async function recordGroup(
  { qemu, models, types, recorder }: Parts,
  context: Context,
  group: readonly string[],
  turn: Turn,
): Promise<Map<string, ModelRecord>> {
  const devices = group.map((model, index) => ({
    model,
    id: `${turn === 0 ? 'd' : 'other'}${index}`,
    given: givenTo(models.find(model)!, propertiesOf(types, model), index, turn),
  }));
  await using monitor = await context.start(qemu, devices, turn);
  const before = context.hot ? await outsideOf(monitor) : await context.outside(qemu, turn);
  if (context.hot) {
    for (const [index, device] of devices.entries()) await monitor.value(context.request(device, index));
  }
  const added = (await outsideOf(monitor)).filter((name) => !before.includes(name));
  if (added.length > 0 && group.length > 1) throw new Error('they make objects elsewhere');
  const text = await qtree(monitor);
  const pci = await monitor.value<JsonValue>({ execute: 'query-pci' });
  const records = new Map<string, ModelRecord>();
  for (const { model, id } of devices) {
    const objects = await recorder.record(monitor, `/machine/peripheral/${id}`, id);
    records.set(model, { objects, pci: pciEntry(pci, id), tree: qtreeLines(text, id), outside: added });
  }
  return records;
}

function propertiesOf(types: TypeTable, model: string): ReadonlySet<string> {
  return new Set(types.properties(model)?.map(({ name }) => name));
}

/** The entry of a device in `query-pci`, without its place. */
function pciEntry(buses: JsonValue, id: string): JsonValue | undefined {
  const found = search(buses, id);
  if (found === undefined) return undefined;
  const place = new Set(['bus', 'slot', 'function', 'qdev_id']);
  return Object.fromEntries(Object.entries(found).filter(([name]) => !place.has(name)));
}

function search(value: JsonValue, id: string): Record<string, JsonValue> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value) && (value as Record<string, JsonValue>)['qdev_id'] === id) {
    return value;
  }
  for (const item of Object.values(value)) {
    const found = search(item, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The objects of a model with their properties, without values and in no order: names of buses depend on an
 * id, and so do places.
 */
function shapesOf({ objects }: ModelRecord, lines: Lines): JsonValue {
  const all = objects.map(([path, type, shape]): JsonValue[] => [path, type, lines.sorted(shape)]);
  return all.map((object) => textOf(object)).toSorted();
}

/** The common part of both recordings of a model. */
function common(first: ModelRecord, second: ModelRecord, lines: Lines): JsonValue {
  return {
    objects: numbered(vary(first.objects, second.objects), lines),
    ...(first.pci !== undefined && { pci: lines.number(first.pci) }),
    tree: lines.number(first.tree as JsonValue),
    ...(first.outside.length > 0 && { outside: first.outside as JsonValue }),
  };
}

/** Objects by the lines that they are written on: many models have the same. */
function numbered(objects: readonly JsonValue[], lines: Lines): JsonValue {
  return objects.map((object) => lines.number(object));
}

/** Objects with the names of those properties whose values differ between two recordings. */
function vary(first: readonly ObjectRecord[], second: readonly ObjectRecord[]): JsonValue[] {
  const others = new Map(second.map((object) => [object[0], object]));
  return first.map((object): JsonValue => {
    const [path, type, shape, values = {}, always = [], unreadable] = object;
    const other = others.get(path)?.[3] ?? {};
    const names = [...new Set([...Object.keys(values), ...Object.keys(other)])];
    const varying = names.filter(
      (name) => always.includes(name) || textOf(values[name]) !== textOf(other[name]),
    );
    const kept = Object.fromEntries(Object.entries(values).filter(([name]) => !varying.includes(name)));
    const line: unknown[] = [path, type, shape];
    if (Object.keys(kept).length > 0 || varying.length > 0 || unreadable !== undefined) line.push(kept);
    if (varying.length > 0 || unreadable !== undefined) line.push(varying);
    if (unreadable !== undefined) line.push(unreadable);
    return line as JsonValue;
  });
}

const textOf = (value: unknown): string => (value === undefined ? '' : stringifyJson(value));

/** Recordings that are equal to an earlier one are written as its name. */
function sharing(recorded: Recorded): Recorded {
  const shared: Recorded = {};
  for (const [way, what] of Object.entries(recorded)) {
    const same = Object.entries(shared).find(([, other]) => textOf(other) === textOf(what));
    shared[way] = same === undefined ? what : same[0];
  }
  return shared;
}
