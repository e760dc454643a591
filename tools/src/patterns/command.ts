import { readdirSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { inRepository } from '../lib/repository.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { compare, judge } from './judge.ts';

const ROOMS = ['packages/qmp-core/src', 'packages/qmp-mock/src', 'packages/qmp-vitest/src'];

export function define(command: Command): void {
  command
    .description(
      `Lets recheck judge every regular expression of the packages: each has to take time in proportion to the text that it
reads, which may come from a peer or a file. Exceptions stand in tools/src/patterns/exceptions.ts, with a reason each.`,
    )
    .action(async () => {
      const { count, findings } = await judge(sources());
      const { added, gone } = compare(findings, EXCEPTIONS);
      for (const { file, pattern, fault } of added)
        console.log(`${file}:${pattern.line} ${pattern.text} ${fault}`);
      for (const { file, text } of gone)
        console.log(`${file} ${text} has nothing against it any more: delete its exception`);
      if (added.length + gone.length > 0) process.exitCode = 1;
      else console.log(`${count} patterns are in order, ${EXCEPTIONS.length} of them as listed.`);
    });
}

/** The published sources, without tests. */
function sources(): { file: string; path: string }[] {
  return ROOMS.flatMap((room) =>
    readdirSync(inRepository(room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.c?ts$/.test(name) && !/\.test(?:-d)?\.ts$/.test(name))
      .toSorted()
      .map((name) => ({ file: `${room}/${name}`, path: inRepository(`${room}/${name}`) })),
  );
}
