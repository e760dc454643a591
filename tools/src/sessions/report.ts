import type { PairClass } from '../beside/compare.ts';
import { sessionText } from '../beside/session.ts';
import type { Bench } from './measure.ts';
import { shrink } from './shrink.ts';
import type { Kind } from './table.ts';

/** How much of an answer is shown. */
const SHOWN = 700;

/** Every kind of difference, a line each. */
export function listing(kinds: readonly Kind[], classes: readonly PairClass[]): string {
  return classes
    .flatMap((name) => {
      const members = kinds.filter((kind) => kind.class === name);
      const rows = members.map(
        ({ count, command, kind }) => `${String(count).padStart(5)}  ${command}  ${kind}`,
      );
      return [`\n${name}: ${members.length} kinds`, ...rows];
    })
    .join('\n');
}

/** A kind of difference with a small session that shows it, and what both say there. */
export async function shrunk(kind: Kind, bench: Bench): Promise<string> {
  const { session, pair } = await shrink(kind.where.measured, kind.where.pair, bench);
  const { line, commands } = sessionText(session);
  const indented = (text: string): string => text.slice(0, SHOWN).replaceAll('\n', '\n           ');
  return [
    `${kind.class}, ${kind.count} times: ${kind.command}  ${kind.kind}`,
    `     ${line}`,
    ...commands.map((text) => `     > ${text}`),
    `     QEMU: ${indented(pair.real)}`,
    `     ours: ${indented(pair.standIn)}`,
  ].join('\n');
}
