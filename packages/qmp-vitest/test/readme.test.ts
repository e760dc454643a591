import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { describeBackends, expect, test } from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The snippet of the README that has a text in it. */
function snippet(text: string): string {
  const found = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].find(([, code = '']) => code.includes(text));
  if (found?.[1] === undefined) throw new Error(`The README has no snippet with ${text}`);
  return found[1];
}

// The snippet registers its tests itself, on the mock and on a real QEMU.
describeBackends(test, ['mock', 'qemu'], () => {
  // oxlint-disable-next-line typescript/no-implied-eval -- it is the text of our own README
  const register = new Function('describe', 'test', 'expect', snippet("describe('a machine with a board'"));
  register(describe, test, expect);
});
