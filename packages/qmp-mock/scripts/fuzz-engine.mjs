/**
 * Gives the monitor engine random and mutated input for as long as you like, and checks what must hold whatever comes in.
 *
 *   node scripts/fuzz-engine.mjs [--inputs N] [--seed S]
 *
 * For each input, in both dialects and with and without out-of-band execution: nothing is thrown; the same bytes in random pieces, and
 * on the parser's long way, give the same output; output is whole lines of ASCII; after a reset the next command is
 * answered. At the end, memory must be where it was. Needs a built package (`pnpm build`).
 */
import { parseArgs } from 'node:util';
import { MonitorSession } from '../dist/engine/monitor/session.js';
import { loadProfile } from '../dist/version/load-profile.js';
import { Random, randomInput } from './random-input.mjs';

const { values: options } = parseArgs({
  options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const inputs = Number(options.inputs);
const random = new Random(Number(options.seed));

/** Bytes that the heap may have grown by from the first tenth of the run to its end. */
const GROWTH_MAX = 16 * 1024 * 1024;
/** Just below what the fast path asks for, so that it is not used; no input comes near. */
const LONG_WAY = { maxBytes: (1 << 16) - 1 };

const host = {
  find: (name) =>
    /^(query-|migrate-pause$)/.test(name) ? { allowOob: name === 'migrate-pause' } : undefined,
  check: () => undefined,
  run: ({ args }) => args,
};

class Subject {
  session;
  #output = '';

  constructor(profile, oob, limits) {
    this.session = new MonitorSession({
      profile,
      host,
      limits,
      output: (data) => (this.#output += data),
    });
    this.session.open();
    const enable = oob ? ', "arguments": {"enable": ["oob"]}' : '';
    this.session.receive(Buffer.from(`{"execute": "qmp_capabilities"${enable}}\n`));
  }

  take() {
    const output = this.#output;
    this.#output = '';
    return output;
  }
}

/** Two sessions that must never differ. */
class Twins {
  #whole;
  #parts;
  #make;

  constructor(version, oob) {
    const profile = loadProfile(version);
    this.#make = () => {
      this.#whole = new Subject(profile, oob);
      this.#parts = new Subject(profile, oob, LONG_WAY);
    };
    this.#make();
  }

  check(bytes, number) {
    if (number % 5000 === 0) this.#make(); // as when a client comes anew
    const mark = `"mark-${number}"`;
    const input = Buffer.concat([
      bytes,
      Buffer.from([0x0a, 0xff]),
      Buffer.from(`{"execute": "query-name", "id": ${mark}}`),
    ]);
    this.#whole.session.receive(input);
    for (let at = 0; at < input.length;) {
      const size = 1 + random.below(random.chance(30) ? 2 : 20);
      this.#parts.session.receive(input.subarray(at, at + size));
      at += size;
    }
    const whole = this.#whole.take();
    const parts = this.#parts.take();
    const say = (what) => {
      throw new Error(
        `${what}\n  input ${number}: ${JSON.stringify(bytes.toString('latin1'))}\n  ${whole}\n  ${parts}`,
      );
    };
    if (whole !== parts) say('in pieces, the output differs');
    if (!whole.endsWith(`"id": ${mark}}\r\n`)) say('after a reset, the command is not answered');
    // oxlint-disable-next-line no-control-regex -- that there are none is the point
    if (!/^(?:[\x20-\x7e]+\r\n)+$/.test(whole)) say('the output is not lines of ASCII');
  }
}

const twins = ['7.2', '11.1'].flatMap((version) => [false, true].map((oob) => new Twins(version, oob)));
let atFirst = 0;
const began = Date.now();
for (let number = 0; number < inputs; number++) {
  const bytes = randomInput(random);
  twins[number % twins.length].check(bytes, number);
  if (number === Math.floor(inputs / 10)) {
    globalThis.gc?.();
    atFirst = process.memoryUsage().heapUsed;
  }
}
globalThis.gc?.();
const growth = process.memoryUsage().heapUsed - atFirst;
console.log(
  `${inputs} inputs in ${((Date.now() - began) / 1000).toFixed(1)} s, heap ${growth >= 0 ? '+' : ''}${(growth / 1024 / 1024).toFixed(1)} MiB since the first tenth` +
    (globalThis.gc === undefined ? ' (uncollected: run with --expose-gc to have growth checked)' : ''),
);
if (globalThis.gc !== undefined && growth > GROWTH_MAX) {
  console.error('the heap has grown');
  process.exitCode = 1;
}
