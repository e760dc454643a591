/**
 * Writes down what a real QEMU answers to the inputs of the engine table (`test/conformance/engine-cases.mjs`).
 *
 *   node scripts/record-conformance.mjs --qemu BINARY [--only REGEX] [--check]
 *
 * The version is what the binary says of itself. The answers go to `test/conformance/engine.jsonl`, beside those of the
 * other versions, and the answers of the few commands that the inputs use to `test/conformance/commands.json`. A
 * conversation that never goes the same way twice is named and makes the exit status 1.
 * `--check` writes nothing and exits with 1 where QEMU answers otherwise than the table says.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BEGIN, cases, OOB_END } from '../test/conformance/engine-cases.mjs';
import { answerOf, inputOf, readRows, withAnswer, writeDown } from './conformance.mjs';
import { RealMonitor } from './real-monitor.mjs';

const TABLE = new URL('../test/conformance/engine.jsonl', import.meta.url);
const COMMANDS = new URL('../test/conformance/commands.json', import.meta.url);

/** The commands that the inputs name and QEMU knows. */
const USED = ['query-name', 'query-uuid', 'query-kvm', 'query-block', 'migrate-pause'];

/** How often a conversation is held until QEMU says the same twice, or what the table says. */
const ATTEMPTS = 5;

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Holds one conversation and gives what QEMU said after the greeting and the negotiation. */
export async function converse(monitor, { mode = 'plain', ...given }) {
  const conversation = await monitor.connect();
  await conversation.message(mode === 'pretty');
  conversation.send(Buffer.from(BEGIN[mode]));
  if (BEGIN[mode] !== '') await conversation.message(mode === 'pretty');
  let output = '';
  const pieces = inputOf(given);
  for (const piece of pieces) {
    conversation.send(piece);
    if (given.steps !== undefined) output += `${await conversation.message(mode === 'pretty')}\r\n`;
  }
  if (mode === 'oob') {
    conversation.send(OOB_END);
    const { lines } = await conversation.linesUntil((line) => line.includes('"id": "the end"'));
    output += lines.map((line) => `${line}\r\n`).join('');
    await conversation.close();
  } else {
    conversation.end();
    output += await conversation.rest();
  }
  return output;
}

/** The monitors of one QEMU binary, each started when it is needed. */
export class Monitors {
  #program;
  #running = new Map();

  constructor(program) {
    this.#program = program;
  }

  async of(mode = 'plain') {
    const pretty = mode === 'pretty';
    if (!this.#running.has(pretty))
      this.#running.set(pretty, await RealMonitor.start(this.#program, { pretty }));
    return this.#running.get(pretty);
  }

  async stop() {
    for (const monitor of this.#running.values()) await monitor.stop();
  }
}

/** Asks a QEMU for its version and for the answers of the commands that the inputs use. */
export async function introduce(monitors) {
  const conversation = await (await monitors.of()).connect();
  const { qemu } = JSON.parse(await conversation.line()).QMP.version;
  conversation.send(Buffer.from(BEGIN.plain));
  await conversation.line();
  const commands = {};
  for (const name of USED) {
    conversation.send(Buffer.from(JSON.stringify({ execute: name })));
    commands[name] = JSON.parse(await conversation.line());
  }
  await conversation.close();
  return { version: `${qemu.major}.${qemu.minor}`, commands };
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      qemu: { type: 'string' },
      only: { type: 'string', default: '' },
      check: { type: 'boolean', default: false },
    },
  });
  if (options.qemu === undefined) {
    console.error('usage: record-conformance.mjs --qemu BINARY [--only REGEX] [--check]');
    process.exit(2);
  }
  const only = new RegExp(options.only);
  const table = new Map(existsSync(TABLE) ? readRows(TABLE).map((row) => [row.id, row]) : []);
  const monitors = new Monitors(options.qemu);
  let faults = 0;
  let recorded = 0;
  const rows = [];
  try {
    const { version, commands } = await introduce(monitors);
    for (const given of cases) {
      const before = table.get(given.id);
      const row = before === undefined ? given : { ...given, answers: before.answers };
      if (!only.test(given.id)) {
        rows.push(row);
        continue;
      }
      const monitor = await monitors.of(given.mode);
      let answer = writeDown(await converse(monitor, given));
      const known = before?.answers && answerOf(before, version);
      // A client that leaves early can lose replies (and the next one then finds them): what counts is said twice in a row.
      const wanted = options.check ? known : undefined;
      let steady = options.check && same(answer, known);
      for (let attempt = 0; attempt < ATTEMPTS && !steady; attempt++) {
        const again = writeDown(await converse(monitor, given));
        steady = same(again, wanted ?? answer);
        answer = again;
      }
      if (!steady) {
        faults++;
        console.log(`${given.id}: QEMU says ${JSON.stringify(answer)}`);
        if (options.check) console.log(`  the table says ${JSON.stringify(known)}`);
      }
      recorded++;
      rows.push(withAnswer(row, version, answer));
    }
    console.log(
      `QEMU ${version}: ${recorded} cases, ${faults} ${options.check ? 'differ from the table' : 'unstable'}`,
    );
    if (!options.check) {
      writeFileSync(TABLE, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
      const all = existsSync(COMMANDS) ? JSON.parse(readFileSync(COMMANDS, 'utf8')) : {};
      writeFileSync(COMMANDS, `${JSON.stringify({ ...all, [version]: commands }, null, 2)}\n`);
    }
  } finally {
    await monitors.stop();
  }
  process.exitCode = faults === 0 ? 0 : 1;
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
