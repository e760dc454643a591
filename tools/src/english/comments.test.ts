import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { inRepository } from '../lib/repository.ts';
import { findFaults } from './comments.ts';

const require = createRequire(inRepository('tools/package.json'));
const { default: compiler } = (await import(require.resolve('typescript-6.0'))) as {
  default: typeof import('typescript-6.0');
};

test.each<[string, string]>([
  ['What it does', '/** What it does. */ export const a = 1;'],
  ['an alias of nothing', '/** A path that is none. */ export const a = 1;'],
  ['no X', '// A value that is no object.\nexport const a = 1;'],
  ['a parameter', '/**\n * Adds.\n *\n * @param a the first\n */\nexport const a = 1;'],
  ['a long line', `// ${'word '.repeat(30)}\nexport const a = 1;`],
  ['braces', '/**\n * Adds.\n *\n * @throws {TypeError} always.\n */\nexport const a = 1;'],
])('finds %s', (_name, text) => {
  expect(findFaults(compiler, text)).toHaveLength(1);
});

test.each<[string, string]>([
  ['a noun', '/** A number. */ export const a = 1;'],
  ['there is none', '/** The id, or `undefined` if there is none. */ export const a = 1;'],
  ['no longer', '// It is no longer needed.\nexport const a = 1;'],
  ['what follows', '/** Tells what is where. */ export const a = 1;'],
  ['an inline comment', "// What follows is QEMU's order.\nexport const a = 1;"],
  ['a text', "export const a = '/** What a text. */';"],
  ['an example', '/**\n * Adds.\n *\n * @example\n * log(a) // What is none\n */\nexport const a = 1;'],
])('passes %s', (_name, text) => {
  expect(findFaults(compiler, text)).toEqual([]);
});
