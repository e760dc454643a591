#!/usr/bin/env node
/**
 * Differential fuzzing: generated inputs go to a real QEMU and to the mock; the first difference is made as small as
 * it can be and reported.
 *
 *     node scripts/differential.mjs engine|arguments|machine|all --qemu QEMU-BINARY [--inputs N] [--seed S] [more…]
 *
 * - `engine`: bytes, whole and damaged, to the monitor: what comes back, byte for byte (`--oob`, `--pretty`, `--no-negotiation`)
 * - `arguments`: arguments of every command, none of which ever runs: the words of the refusal (`--reject`)
 * - `machine`: start options and sequences of commands to the built-in machine: every reply and event (`--length`)
 *
 * `--inputs` is the number of inputs, for `machine` that of sequences. `--qemu` may be given more than once. Needs a
 * build (`pnpm build`). Exit status 1 where there is a difference.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Name of each comparison to its program, and what that calls the number of inputs. */
const COMPARISONS = {
  engine: {
    script: '../packages/qmp-mock/scripts/differential-engine.mjs',
    inputs: '--inputs',
    named: false,
  },
  arguments: { script: './differential-arguments.mjs', inputs: '--count', named: true },
  machine: { script: './differential-machine.mjs', inputs: '--runs', named: true },
};

const [chosen, ...rest] = process.argv.slice(2);
const names = chosen === 'all' ? Object.keys(COMPARISONS) : [chosen];
const qemus = [];
const others = [];
for (let at = 0; at < rest.length; at++) {
  if (rest[at] === '--qemu' && rest[at + 1] !== undefined) qemus.push(rest[(at += 1)]);
  else others.push(rest[at]);
}
if (names.some((name) => !Object.hasOwn(COMPARISONS, name ?? '')) || qemus.length === 0) {
  console.error(
    `usage: node scripts/differential.mjs ${Object.keys(COMPARISONS).join('|')}|all --qemu QEMU-BINARY [--inputs N] [--seed S]`,
  );
  process.exit(2);
}

for (const name of names) {
  const { script, inputs, named } = COMPARISONS[name];
  const options = others.map((word) => (word === '--inputs' ? inputs : word));
  for (const qemu of qemus) {
    const words = [...options, ...(named ? ['--qemu', qemu] : [qemu])];
    console.log(`${name}:`);
    const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...words], {
      stdio: 'inherit',
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) process.exitCode = 1;
  }
}
