#!/usr/bin/env node
/**
 * Asks a real QEMU and the mock's argument check the same random questions, and stops at the first difference,
 * cut down to its smallest form. Every request has a member that no command has, so that no command ever runs.
 *
 *     pnpm run build && node scripts/differential-arguments.mjs --qemu /usr/bin/qemu-system-x86_64 [--count 20000] [--seed 1]
 *
 * `--reject`: with `-compat` rejecting what is deprecated or unstable.
 *
 * The exit code is 1 where there is a difference.
 */
import { parseArgs } from 'node:util';
import { QDict, QFloat } from '../packages/qmp-mock/dist/engine/json/value.js';
import { checkArguments } from '../packages/qmp-mock/dist/engine/schema/check-arguments.js';
import { loadSchema } from '../packages/qmp-mock/dist/version/load-profile.js';
import { Qemu } from './capture/qemu.mjs';
import { ArgumentMaker, Float, toText } from './differential/arguments.mjs';
import { Random } from './differential/random.mjs';
import { shrink } from './differential/shrink.mjs';

const { values: options } = parseArgs({
  options: {
    qemu: { type: 'string' },
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    reject: { type: 'boolean', default: false },
  },
});
if (!options.qemu) {
  console.error(
    'usage: node scripts/differential-arguments.mjs --qemu QEMU-BINARY [--count N] [--seed N] [--reject]',
  );
  process.exit(2);
}

const MACHINE = ['-machine', 'none', '-nodefaults', '-S'];
const QEMU_ARGS = options.reject
  ? [...MACHINE, '-compat', 'deprecated-input=reject,unstable-input=reject']
  : MACHINE;
const policy = options.reject ? { deprecatedInput: 'reject', unstableInput: 'reject' } : {};

/** The value as QEMU's parser makes it: what fits no 64-bit integer becomes floating point. */
function toQValue(value) {
  if (value instanceof Map) return new QDict([...value].map(([name, member]) => [name, toQValue(member)]));
  if (Array.isArray(value)) return value.map((item) => toQValue(item));
  if (value instanceof Float) return new QFloat(Number(String(value)));
  if (typeof value !== 'bigint') return value;
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return new QFloat(Number(value));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const request = (command, args) => `{"execute":"${command.name}","arguments":${toText(args)}}`;
const words = (reply) => reply.message.error?.desc ?? `no error, but ${reply.text}`;
const ours = (schema, command, args) =>
  checkArguments(schema, command.name, toQValue(args), policy) ?? 'no refusal';

const qemu = await Qemu.start(options.qemu, QEMU_ARGS);
try {
  const { major, minor } = qemu.greeting.QMP.version.qemu;
  const schema = loadSchema(`${major}.${minor}`);
  const random = new Random(Number(options.seed));
  const commands = [...schema.commands.values()].filter(
    (command) => command.checked && (!options.reject || !isForbidden(command)),
  );
  // Commands in which many types can be met are the ones with something to find.
  const rich = commands.toSorted((a, b) => reach(schema, b) - reach(schema, a)).slice(0, 40);
  const makers = [0, 0.01, 0.05, 0.2].map((fault) => new ArgumentMaker(random, schema, fault));
  const kinds = new Map();
  const count = Number(options.count);

  for (let done = 0; done < count; done += 250) {
    const inputs = Array.from({ length: Math.min(250, count - done) }, () => {
      const command = random.chance(0.2) ? random.pick(commands) : random.pick(rich);
      return { command, args: random.pick(makers).make(command) };
    });
    qemu.send(inputs.map(({ command, args }) => request(command, args)).join(''));
    for (const { command, args } of inputs) {
      const theirs = words(await qemu.line());
      const kind = theirs.replaceAll(/'[^]*?'(?=$| is | does | expects |,)/g, '…');
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (theirs !== ours(schema, command, args)) {
        await report(schema, command, args);
        throw new Error('QEMU and the mock differ');
      }
    }
  }
  console.log(
    `QEMU ${schema.version}: ${count} inputs (seed ${options.seed}), no difference. What QEMU said:`,
  );
  for (const [kind, times] of [...kinds].toSorted((a, b) => b[1] - a[1])) console.log(`${times}\t${kind}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await qemu.stop();
}

/** Whether QEMU refuses the command before it looks at the arguments. */
function isForbidden(command) {
  return command.features.includes('deprecated') || command.features.includes('unstable');
}

/** How many types can be met in a command's arguments. */
function reach(schema, command) {
  const met = new Set([command.argType]);
  for (const type of met) {
    const entry = schema.type(type);
    const next = [...(entry.variants ?? []), ...(entry.members ?? [])].map((item) => item.type);
    for (const name of [...next, entry['element-type']]) if (name !== undefined) met.add(name);
  }
  return met.size;
}

/** Cuts the input down while the two still differ, and prints what is left. */
async function report(schema, command, args) {
  // What is still in flight answers other inputs: a second QEMU answers these.
  const fresh = await Qemu.start(options.qemu, QEMU_ARGS);
  try {
    const ask = async (candidate) => words(await fresh.ask(request(command, candidate)));
    const least = await shrink(args, async (candidate) => {
      // Without such a member the command would run.
      if (![...candidate.keys()].some((name) => name.startsWith('zz-'))) return false;
      const theirs = await ask(candidate);
      return theirs !== ours(schema, command, candidate) && !theirs.startsWith('no error');
    });
    console.log(
      `input: ${request(command, least)}\nQEMU:  ${await ask(least)}\nmock:  ${ours(schema, command, least)}`,
    );
  } finally {
    await fresh.stop();
  }
}
