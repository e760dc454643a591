import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Scratch } from '../lib/scratch.ts';
import { findPatterns } from './find-patterns.ts';
import { compare, judge } from './judge.ts';

const SOURCE = `
const plain = /^a+b/u;
const built = new RegExp('x' + plain.source);
// not /a pattern/
const text = '/(a+)+$/', half = 6 / 2 / 1;
const slow = RegExp('^(a+)+$', "i");
`;

test('finds literals and what is handed to RegExp, and nothing in texts and comments', () => {
  expect(findPatterns('a.ts', SOURCE).map(({ line, regExp }) => [line, String(regExp)])).toEqual([
    [2, '/^a+b/u'],
    [3, 'undefined'],
    [6, '/^(a+)+$/i'],
  ]);
});

test('tells of a pattern that is slow, and of one that only a run can tell', async () => {
  using scratch = new Scratch('qmp-patterns-');
  const path = join(scratch.path, 'a.ts');
  writeFileSync(path, SOURCE);
  const { count, findings } = await judge([{ file: 'a.ts', path }]);
  expect(count).toBe(3);
  expect(findings.map(({ pattern, fault }) => `${pattern.line} ${fault}`)).toEqual([
    expect.stringMatching(/^3 is made at run time/),
    expect.stringMatching(/^6 takes exponential time/),
  ]);
  const [built, slow] = findings;
  const listed = { file: 'a.ts', text: built!.pattern.text, reason: '' };
  const gone = { file: 'a.ts', text: '/x/', reason: '' };
  expect(compare(findings, [listed, gone])).toEqual({ added: [slow], gone: [gone] });
});
