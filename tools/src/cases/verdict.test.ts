import { expect, test } from 'vitest';
import type { Transcript } from '../beside/play.ts';
import type { Case } from './case.ts';
import { judge } from './verdict.ts';

const item: Case = {
  name: 'x',
  title: 'x',
  args: [],
  steps: [{ execute: 'device_add' }, { execute: 'query-x' }],
};
const up = (...replies: string[]): Transcript => ({
  start: { up: true },
  answers: replies.map((reply) => ({ reply, events: [] })),
});
const ok = '{"return": {}}';
const no = '{"error": {"class": "GenericError", "desc": "no"}}';
const honest =
  '{"error": {"class": "GenericError", "desc": "qmp-mock does not model x; script an answer to it"}}';

test.each<[string, Transcript, Transcript, string]>([
  ['right if every step is the same', up(ok, no), up(ok, no), 'right'],
  ['honest if every difference is', up(ok, no), up(honest, no), 'honest'],
  ['wrong after an honest answer, too', up(ok, ok), up(honest, no), 'wrong'],
  ['wrong if a step is missing', up(ok, no), { start: { up: 'hangs' }, answers: [] }, 'wrong'],
])('a case is %s', (_, first, ours, verdict) => {
  expect(judge(item, { first }, ours).verdict).toBe(verdict);
});
