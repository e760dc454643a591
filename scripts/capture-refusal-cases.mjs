#!/usr/bin/env node
/**
 * Records how a real QEMU refuses arguments, as cases for the tests of the mock's argument check:
 *
 *     pnpm run build && node scripts/capture-refusal-cases.mjs --qemu /usr/bin/qemu-system-x86_64 [--qemu OTHER …]
 *
 * writes packages/qmp-mock/test/refusals/<major.minor>.jsonl, one JSON object a line:
 *
 * - `{"answers": {…}}`: what QEMU says, and to which values (their texts). `%` stands for the path to the value, `#` for
 *   its last component where that is all that is named. These lines are numbered from 0.
 * - `{"command", "arguments", "answers"}`: arguments with `"@"` where each of those values goes in turn, and the
 *   number of the answers.
 * - `{"command", "text", "answer"}`: random arguments as text, and the whole answer.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadSchema } from '../packages/qmp-mock/dist/version/load-profile.js';
import { places } from './capture/places.mjs';
import { Qemu } from './capture/qemu.mjs';
import { checkedCommands } from './capture/refusals.mjs';
import { indexSchema } from './capture/schema.mjs';
import { ArgumentMaker, toText } from './differential/arguments.mjs';
import { Random } from './differential/random.mjs';

const RANDOM_CASES = 300;
const HOLE = '@';

/** Values that are put at every place. */
const VALUES = ['null', 'true', '5', '1.0', '"zz-bogus"', '[]', '{}'];
/** … where the schema has a list; the item takes each of the other values in turn. */
const LIST_VALUES = ['[null]', '[5]', '["zz-bogus"]', '[true]', '[{}]', '[[]]'];
/** … where it has a number: both sides of every edge that an integer type has. */
const NUMBERS = [7, 8, 15, 16, 31, 32, 63, 64].flatMap((bits) =>
  [2n ** BigInt(bits) - 1n, 2n ** BigInt(bits), -(2n ** BigInt(bits)), -(2n ** BigInt(bits)) - 1n].map(
    String,
  ),
);

function valuesFor(schema, type) {
  const entry = schema.get(type);
  const numeric = entry['json-type'] === 'int' || entry['json-type'] === 'number';
  if (numeric) return [...VALUES, '-1', '1.5', '1e400', ...NUMBERS];
  if (entry['meta-type'] !== 'array') return [...VALUES, '{"zz":1}'];
  return [
    ...VALUES,
    ...LIST_VALUES,
    ...(entry['element-type'] === 'int' ? NUMBERS.map((n) => `[${n}]`) : []),
  ];
}

/** The path of the hole, as QEMU names it. */
function pathOfHole(value) {
  for (const [name, member] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : `.${name}`;
    if (member === HOLE) return step;
    const rest = typeof member === 'object' && member !== null ? pathOfHole(member) : undefined;
    if (rest !== undefined) return step + rest;
  }
  return undefined;
}

async function placeCases(qemu, entries) {
  const schema = indexSchema(entries);
  const { version } = qemu.greeting.QMP;
  const known = loadSchema(`${version.qemu.major}.${version.qemu.minor}`);
  const unchecked = [...known.commands.values()]
    .filter((command) => !command.checked)
    .map(({ name }) => name);
  const rows = new Map();
  const cases = [];
  for (const place of places(entries, checkedCommands(entries, unchecked))) {
    const args = place.put(HOLE);
    const path = pathOfHole(args).slice(1);
    const last = path.endsWith(']') ? 'null' : /[^.]*$/.exec(path)[0];
    const text = JSON.stringify(args);
    const values = valuesFor(schema, place.type);
    qemu.send(
      values
        .map(
          (value) => `{"execute":"${place.command}","arguments":${text.replace(`"${HOLE}"`, () => value)}}`,
        )
        .join('\n'),
    );
    const answers = {};
    for (const value of values) {
      const { desc } = (await qemu.line()).message.error;
      const answer = desc.startsWith(`'${path}`, desc.indexOf("'"))
        ? desc.replace(`'${path}`, "'%")
        : desc.replace(`'${last}'`, "'#'");
      (answers[answer] ??= []).push(value);
    }
    const row = JSON.stringify(answers);
    if (!rows.has(row)) rows.set(row, rows.size);
    cases.push({ command: place.command, arguments: args, answers: rows.get(row) });
  }
  return [...[...rows.keys()].map((row) => ({ answers: JSON.parse(row) })), ...cases];
}

async function randomCases(qemu) {
  const { version } = qemu.greeting.QMP;
  const schema = loadSchema(`${version.qemu.major}.${version.qemu.minor}`);
  const random = new Random(1);
  const commands = [...schema.commands.values()].filter((command) => command.checked);
  const maker = new ArgumentMaker(random, schema, 0.05);
  const cases = [];
  while (cases.length < RANDOM_CASES) {
    const command = random.pick(commands);
    const args = toText(maker.make(command));
    // Long ones say nothing that short ones do not.
    if (args.length > 400) continue;
    const { message } = await qemu.ask(`{"execute":"${command.name}","arguments":${args}}`);
    cases.push({ command: command.name, text: args, answer: message.error.desc });
  }
  return cases;
}

const { values: options } = parseArgs({ options: { qemu: { type: 'string', multiple: true } } });
if (!options.qemu) {
  console.error('usage: node scripts/capture-refusal-cases.mjs --qemu QEMU-BINARY [--qemu OTHER …]');
  process.exit(2);
}
const folder = fileURLToPath(new URL('../packages/qmp-mock/test/refusals', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const binary of options.qemu) {
  const qemu = await Qemu.start(binary, ['-machine', 'none', '-nodefaults', '-S']);
  try {
    const { version } = qemu.greeting.QMP;
    const entries = (await qemu.ask('{"execute":"query-qmp-schema"}')).message.return;
    const cases = [...(await placeCases(qemu, entries)), ...(await randomCases(qemu))];
    const file = `${folder}/${version.qemu.major}.${version.qemu.minor}.jsonl`;
    writeFileSync(file, cases.map((item) => `${JSON.stringify(item)}\n`).join(''));
    console.log(`${file}: ${cases.length} lines`);
  } finally {
    await qemu.stop();
  }
}
