/**
 * Replies of the queries that need no arguments, on an idle machine that has not started: the right shape for
 * the version. QEMU's own text, so that member order and big integers stay as they are.
 */
import type { Schema } from '../engine/schema/schema.ts';
import type { Note } from './note.ts';
import { NO_MACHINE } from './qemu/monitor.ts';
import type { Qemu } from './qemu/qemu.ts';
import { RevivingMonitor } from './qemu/reviving-monitor.ts';

/**
 * The machines that are asked; `-S` keeps the guest from running, so that a second capture gives the same.
 */
const MACHINES = { none: NO_MACHINE, pc: ['-machine', 'pc,accel=tcg', '-nodefaults', '-S'] };

/** These are lists of their own; `schema.json` has them. */
const ELSEWHERE = new Set(['query-qmp-schema', 'query-commands']);

/**
 * Contents of `queries.json`, as text: machine, then command, then the whole reply, one a line. What all
 * machines answer alike stands once, under `any`.
 */
export async function learnQueries(qemu: Qemu, schema: Schema, note: Note): Promise<string> {
  const names = queryNames(schema);
  const replies: [machine: string, lines: string[]][] = [];
  for (const [machine, args] of Object.entries(MACHINES)) {
    await using monitor = new RevivingMonitor(() => qemu.start(args));
    const lines: string[] = [];
    for (const name of names) {
      const answer = await monitor.ask({ execute: name });
      if (answer === undefined) note(`${name} on machine ${machine}: QEMU ended or hung at it`);
      lines.push(answer === undefined ? '' : `${JSON.stringify(name)}: ${fold(answer.text)}`);
    }
    replies.push([machine, lines]);
  }
  const [[, first] = ['', []], ...others] = replies;
  const alike = first.map((line, index) => others.every(([, lines]) => lines[index] === line));
  const sections = [
    section(
      'any',
      first.filter((_, index) => alike[index]),
    ),
    ...replies.map(([machine, lines]) =>
      section(
        machine,
        lines.filter((_, index) => !alike[index]),
      ),
    ),
  ];
  return `{\n${sections.join(',\n')}\n}\n`;
}

/** Names of the queries that need no arguments. */
export function queryNames(schema: Schema): string[] {
  return [...schema.commands.values()]
    .filter(({ name }) => /^(x-)?query-/.test(name) && !ELSEWHERE.has(name))
    .filter(({ argType }) => schema.objectType(argType).members.every((member) => 'default' in member))
    .map(({ name }) => name)
    .toSorted();
}

/** Takes out what differs from run to run: threads, and addresses in QEMU's memory. */
export function fold(text: string): string {
  return (
    text
      // A CPU's place has a member with that name, too, which is passed over.
      .replaceAll(/"props": \{[^{}]*|("thread[-_]id": )\d+/g, (found, member?: string) =>
        member === undefined ? found : `${member}1`,
      )
      .replaceAll(/0x00007[0-9a-f]{11}/g, '0x0000700000000000')
  );
}

const section = (title: string, lines: readonly string[]): string =>
  `${JSON.stringify(title)}: {\n${lines.filter((line) => line !== '').join(',\n')}\n}`;
