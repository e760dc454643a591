/**
 * Replies of the queries that need no arguments, on an idle machine that has not started: the right shape for
 * the version. QEMU's own text, so that member order and big integers stay as they are.
 */
import { Qemu } from './qemu.mjs';
import { indexSchema } from './schema.mjs';

/** The machines that are asked; `-S` keeps the guest from running, so that a second capture gives the same. */
export const MACHINES = {
  none: ['-machine', 'none', '-nodefaults', '-S'],
  pc: ['-machine', 'pc,accel=tcg', '-nodefaults', '-S'],
};

/** These are lists of their own; `schema.json` has them. */
const ELSEWHERE = new Set(['query-qmp-schema', 'query-commands']);

/**
 * Contents of `queries.json`, as text: machine, then command, then the whole reply, one a line. What all machines
 * answer alike stands once, under `any`.
 */
export async function captureQueries(binary, entries) {
  const names = queryNames(entries);
  const replies = {};
  for (const [machine, args] of Object.entries(MACHINES)) {
    const qemu = await Qemu.start(binary, args);
    try {
      const answers = await qemu.askAll(names.map((name) => ({ execute: name })));
      replies[machine] = answers.map((answer) => fold(answer.text));
    } finally {
      await qemu.stop();
    }
  }
  const line = (index, reply) => `${JSON.stringify(names[index])}: ${reply}`;
  const [first, ...others] = Object.values(replies);
  const alike = names.map((_, index) => others.every((other) => other[index] === first[index]));
  return `{\n${[
    section(
      'any',
      first.map((reply, index) => line(index, reply)).filter((_, index) => alike[index]),
    ),
    ...Object.entries(replies).map(([machine, answers]) =>
      section(
        machine,
        answers.map((reply, index) => line(index, reply)).filter((_, index) => !alike[index]),
      ),
    ),
  ].join(',\n')}\n}\n`;
}

/** Names of the queries that need no arguments. */
export function queryNames(entries) {
  const schema = indexSchema(entries);
  return entries
    .filter((entry) => entry['meta-type'] === 'command' && /^(x-)?query-/.test(entry.name))
    .filter((entry) => schema.get(entry['arg-type']).members.every((member) => 'default' in member))
    .filter((entry) => !ELSEWHERE.has(entry.name))
    .map((entry) => entry.name)
    .toSorted();
}

const section = (title, lines) => `${JSON.stringify(title)}: {\n${lines.join(',\n')}\n}`;

/** Takes out what differs from run to run: threads, and addresses in QEMU's memory. */
export function fold(text) {
  return text
    .replaceAll(/(?<=\{)"thread-id": \d+/g, '"thread-id": 1')
    .replaceAll(/0x00007[0-9a-f]{11}/g, '0x0000700000000000');
}
