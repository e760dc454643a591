/**
 * Gives random and mutated input to real QEMUs and to the mock's monitor engine, and compares what they say byte for byte.
 *
 *   node scripts/differential-engine.mjs [--inputs N] [--seed S] [--oob] [--pretty] [--no-negotiation] QEMU...
 *
 * QEMU is a `qemu-system-*` binary of a version that the mock knows. The first input on which the two differ is
 * made as small as it can be and printed; the exit status is then 1. Needs a built package (`pnpm build`).
 */
import { parseArgs } from 'node:util';
import { BATCH_DIALECT } from '../dist/engine/json/dialect.js';
import { JsonParser } from '../dist/engine/json/parser.js';
import { QmpCommandError } from 'qmp-core';
import { MonitorSession } from '../dist/engine/monitor/session.js';
import { checkArguments } from '../dist/engine/schema/check-arguments.js';
import { loadProfile, loadSchema } from '../dist/version/load-profile.js';
import { Random, randomInput } from './random-input.mjs';
import { RealMonitor } from './real-monitor.mjs';

const { values: options, positionals: programs } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    oob: { type: 'boolean', default: false },
    pretty: { type: 'boolean', default: false },
    'no-negotiation': { type: 'boolean', default: false },
  },
});
if (programs.length === 0) {
  console.error(
    'usage: differential-engine.mjs [--inputs N] [--seed S] [--oob] [--pretty] [--no-negotiation] QEMU...',
  );
  process.exit(2);
}

/** The commands that the inputs name; what they answer is learnt from QEMU at the start. */
const COMMANDS = ['query-name', 'query-uuid', 'query-kvm', 'query-block', 'migrate-pause'];

function parse(text) {
  const parser = new JsonParser({ dialect: BATCH_DIALECT });
  parser.push(Buffer.from(text));
  return parser.next().value;
}

/** In place of an answer that was not learnt: an input has come upon another command of QEMU's by chance. */
const NOT_LEARNT = 'no answer was learnt';

/** What stands behind the engine: the schema of the version, and the answers of the QEMU that it is compared with. */
function hostFrom(version, answers) {
  const schema = loadSchema(version);
  return {
    find: (name) => schema.commands.get(name),
    check: (name, args) => checkArguments(schema, name, args),
    run({ name }) {
      const reply = answers.get(name);
      if (reply === undefined) return NOT_LEARNT;
      const error = reply.get('error');
      if (error !== undefined) throw new QmpCommandError(error.get('class'), error.get('desc'));
      return reply.get('return');
    },
  };
}

/** Everything after this mark is at rest again: 0xFF resets the parser, whatever state it is in. */
function sync(number) {
  return {
    bytes: Buffer.concat([
      Buffer.from('\n\xff', 'latin1'),
      Buffer.from(`{"execute":"query-name","id":"sync-${number}"}`),
    ]),
    text: `sync-${number}"`,
  };
}

/** The engine behind an interface like a conversation's. */
class Engine {
  #session;
  #output = '';

  constructor(profile, host) {
    this.#session = new MonitorSession({
      profile,
      host,
      pretty: options.pretty,
      output: (data) => (this.#output += data),
    });
    this.#session.open();
  }

  exchange(bytes) {
    this.#session.receive(bytes);
    const lines = this.#output.split('\r\n');
    this.#output = '';
    lines.pop();
    return lines;
  }
}

/** One version under comparison: a QEMU, and how to begin a conversation with both. */
class Pair {
  #program;
  #monitor;
  #profile;
  #host;
  #number = 0;
  conversation;
  engine;

  constructor(program) {
    this.#program = program;
  }

  get version() {
    return this.#profile.name;
  }

  async start() {
    await this.learn();
    await this.fresh();
  }

  async learn() {
    this.#monitor = await RealMonitor.start(this.#program, { pretty: false });
    const conversation = await this.#monitor.connect();
    const greeting = JSON.parse(await conversation.line());
    const { qemu, package: packageName } = greeting.QMP.version;
    this.#profile = {
      ...loadProfile(`${qemu.major}.${qemu.minor}`),
      version: { qemu, package: packageName },
    };
    conversation.send('{"execute":"qmp_capabilities"}');
    await conversation.line();
    const answers = new Map();
    for (const name of COMMANDS) {
      conversation.send(`{"execute":"${name}"}`);
      answers.set(name, parse(await conversation.line()));
    }
    this.#host = hostFrom(this.#profile.name, answers);
    await this.#monitor.stop();
    this.#monitor = undefined;
  }

  /** A new conversation with both, negotiated as the options say. */
  async fresh() {
    await this.conversation?.close();
    this.conversation = undefined;
    let found;
    // QEMU loses bytes of a client that connects while it starts, once in a thousand times: then it is asked again.
    for (let attempt = 0; attempt < 3; attempt++) {
      this.#monitor ??= await RealMonitor.start(this.#program, { pretty: options.pretty });
      this.conversation = await this.#monitor.connect();
      this.engine = new Engine(this.#profile, this.#host);
      found = await this.compare(Buffer.from(this.#begin()));
      if (found === undefined) return;
      await this.#monitor.stop();
      this.#monitor = undefined;
    }
    throw new Error(`they differ in the greeting: ${JSON.stringify(found)}`);
  }

  #begin() {
    if (options['no-negotiation']) return '';
    return `{"execute":"qmp_capabilities"${options.oob ? ',"arguments":{"enable":["oob"]}' : ''}}`;
  }

  async crashed() {
    await this.#monitor.stop();
    this.#monitor = undefined;
    this.conversation = undefined;
    await this.fresh();
  }

  /** Gives both the same bytes. Gives what they say where it differs, `'crash'` where QEMU went away or got stuck. */
  async compare(bytes) {
    const mark = sync(this.#number++);
    const input = Buffer.concat([bytes, mark.bytes]);
    this.conversation.send(input);
    let seen = false;
    const { lines, ended, silent } = await this.conversation.linesUntil((line) => {
      seen ||= line.includes(mark.text);
      return seen && (!options.pretty || line === '}');
    });
    if (ended || silent) return 'crash';
    const ours = this.engine.exchange(input);
    if (sameLines(lines, ours) || ours.some((line) => line.includes(NOT_LEARNT))) return undefined;
    return { qemu: lines, mock: ours };
  }

  async stop() {
    await this.conversation?.close();
    await this.#monitor?.stop();
  }
}

/** With out-of-band execution, how far a request overtakes others depends on QEMU's threads: only the order may differ. */
function sameLines(a, b) {
  if (a.length !== b.length) return false;
  if (a.every((line, i) => line === b[i])) return true;
  return options.oob && JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}

/** Leaves out parts of an input, as long as the two differ on what is left. */
async function shrink(pair, input) {
  const differs = async (bytes) => {
    await pair.fresh();
    const found = await pair.compare(bytes);
    if (found === 'crash') {
      await pair.crashed();
      return undefined;
    }
    return found;
  };
  let smallest = input;
  let difference = await differs(input);
  if (difference === undefined) return { input, difference };
  for (let size = input.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < smallest.length;) {
      const attempt = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      const found = await differs(attempt);
      if (found === undefined) {
        at += size;
      } else {
        smallest = attempt;
        difference = found;
      }
    }
  }
  return { input: smallest, difference };
}

async function run(program) {
  const pair = new Pair(program);
  const random = new Random(Number(options.seed));
  const inputs = Number(options.inputs);
  let crashes = 0;
  const recent = [];
  try {
    await pair.start();
    for (let i = 0; i < inputs; i++) {
      const input = randomInput(random);
      const found = await pair.compare(input);
      if (found === 'crash') {
        crashes++;
        if (crashes === 1)
          console.log(`QEMU ${pair.version} went down on ${JSON.stringify(input.toString('latin1'))}`);
        await pair.crashed();
        continue;
      }
      recent.push(input);
      if (recent.length > 20) recent.shift();
      if (found === undefined) continue;
      console.log(`QEMU ${pair.version}: input ${i} differs`);
      const { input: smallest, difference } = await shrink(pair, input);
      const shown = difference ?? found;
      console.log(`  smallest: ${JSON.stringify(smallest.toString('latin1'))}`);
      if (difference === undefined) {
        console.log('  (only after other input, of which these are the last)');
        for (const bytes of recent) console.log(`    ${JSON.stringify(bytes.toString('latin1'))}`);
      }
      for (const line of shown.qemu) console.log(`  QEMU  ${line}`);
      for (const line of shown.mock) console.log(`  mock  ${line}`);
      return false;
    }
  } finally {
    await pair.stop();
  }
  const mode = ['oob', 'pretty', 'no-negotiation'].filter((name) => options[name]).join(', ');
  console.log(
    `QEMU ${pair.version}${mode && ` (${mode})`}: ${inputs} inputs, 0 differ` +
      (crashes > 0 ? `; QEMU itself went down on ${crashes} of them` : ''),
  );
  return true;
}

let same = true;
for (const program of programs) same = (await run(program)) && same;
process.exitCode = same ? 0 : 1;
