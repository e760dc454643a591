/** Records how a real QEMU refuses arguments, as cases for the tests of the mock's argument check. */
import * as fc from 'fast-check';
import { places } from '../internals/learn.ts';
import { findHole, HOLE, type Answers, type RefusalLine } from '../conformance/refusal-cases.ts';
import { writeRows } from '../lib/json-lines.ts';
import { inRepository } from '../lib/repository.ts';
import { loadSchema, type Schema } from '../internals/schema.ts';
import { Monitor, NO_MACHINE } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';
import { SchemaArguments } from '../random/schema-arguments.ts';
import { toText } from '../random/wire-value.ts';

const RANDOM_CASES = 300;
/** Longer arguments say nothing that short ones do not. */
const LONGEST = 400;

/** Values that are put at every place. */
const VALUES = ['null', 'true', '5', '1.0', '"zz-bogus"', '[]', '{}'];
/** … if the schema has a list; the item takes each of the other values in turn. */
const LIST_VALUES = ['[null]', '[5]', '["zz-bogus"]', '[true]', '[{}]', '[[]]'];
/** … if it has a number: both sides of every edge that an integer type has. */
const NUMBERS = [7, 8, 15, 16, 31, 32, 63, 64]
  .map((bits) => 2n ** BigInt(bits))
  .flatMap((edge) => [edge - 1n, edge, -edge, -edge - 1n].map(String));

/** Writes the file of a version. */
export async function writeRefusals(program: Program): Promise<void> {
  const file = inRepository(`packages/qmp-mock/test/refusals/${program.version}.jsonl`);
  const lines = await recordRefusals(program);
  writeRows(file, lines);
  console.log(`${file}: ${lines.length} lines`);
}

/** The lines of the file of a version. */
export async function recordRefusals(program: Program): Promise<RefusalLine[]> {
  const schema = loadSchema(program.version);
  await using qemu = await Monitor.start(program, NO_MACHINE);
  return [...(await placeCases(qemu, schema)), ...(await randomCases(qemu, schema))];
}

async function placeCases(qemu: Monitor, schema: Schema): Promise<RefusalLine[]> {
  const rows = new Map<string, number>();
  const cases: RefusalLine[] = [];
  const checked = [...schema.commands.values()].filter((command) => command.checked);
  for (const place of places(schema, checked)) {
    const args = place.put(HOLE);
    const hole = findHole(args);
    const values = valuesFor(schema, place.type);
    const replies = await qemu.askAll(values.map((value) => request(place.command, hole.fill(value))));
    const answers: Record<string, string[]> = {};
    for (const [index, { message }] of replies.entries())
      (answers[hole.unname(message.error?.desc ?? '')] ??= []).push(values[index]!);
    const row = JSON.stringify(answers satisfies Answers);
    if (!rows.has(row)) rows.set(row, rows.size);
    cases.push({ command: place.command, arguments: args, answers: rows.get(row)! });
  }
  return [...[...rows.keys()].map((row) => ({ answers: JSON.parse(row) as Answers })), ...cases];
}

function valuesFor(schema: Schema, type: string): string[] {
  const entry = schema.type(type);
  if (entry['meta-type'] === 'builtin' && (entry['json-type'] === 'int' || entry['json-type'] === 'number'))
    return [...VALUES, '-1', '1.5', '1e400', ...NUMBERS];
  if (entry['meta-type'] !== 'array') return [...VALUES, '{"zz":1}'];
  const numbers = entry['element-type'] === 'int' ? NUMBERS.map((number) => `[${number}]`) : [];
  return [...VALUES, ...LIST_VALUES, ...numbers];
}

async function randomCases(qemu: Monitor, schema: Schema): Promise<RefusalLine[]> {
  const commands = [...schema.commands.values()].filter((command) => command.checked);
  const random = new SchemaArguments(schema, 0.05);
  const given = fc
    .constantFrom(...commands)
    .chain((command) =>
      random.refused(command).map((args) => ({ command: command.name, text: toText(args) })),
    )
    .filter(({ text }) => text.length <= LONGEST);
  const chosen = fc.sample(given, { numRuns: RANDOM_CASES, seed: 1 });
  const replies = await qemu.askAll(chosen.map(({ command, text }) => request(command, text)));
  return chosen.map((item, index) => ({ ...item, answer: replies[index]?.message.error?.desc ?? '' }));
}

const request = (command: string, args: string): string => `{"execute":"${command}","arguments":${args}}`;
