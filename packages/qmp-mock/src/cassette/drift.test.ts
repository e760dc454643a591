import { expect, test } from 'vitest';
import { parseCassette } from './format.ts';
import { assertNoDrift, findDrift } from './drift.ts';
import { CassetteDriftError } from './errors.ts';

const HEAD =
  '{"cassette":1}\n{"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":13},"package":""},"capabilities":[]}}\n';
const LINES = [
  '{"execute":"make","arguments":{"id":"a","size":1}}',
  '{"event":"JOB","data":{"id":"a","status":"created"}}',
  '{"event":"JOB","data":{"id":"a","status":"running"}}',
  '{"return":{}}',
  '{"execute":"query"}',
  '{"return":[{"id":"a"}]}',
  '{"execute":"drop","arguments":{"id":"a"}}',
  '{"return":{}}',
];

const cassetteOf = (lines: readonly string[]): ReturnType<typeof parseCassette> =>
  parseCassette(`${HEAD}${lines.join('\n')}\n`, 'job.jsonl');
const RECORDED = cassetteOf(LINES);
const [MAKE, CREATED, RUNNING, RETURN, QUERY, JOBS, DROP] = LINES as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

test.each<[name: string, lines: string[]]>([
  ['the same', LINES],
  ['other times', LINES.map((line) => line.replace('{"event"', '{"after":1000,"event"'))],
  [
    'another order of what the monitor says between two commands',
    [MAKE, CREATED, RETURN, RUNNING, ...LINES.slice(4)],
  ],
])('is no drift: %s', (_, lines) => {
  expect(findDrift(RECORDED, cassetteOf(lines))).toEqual([]);
});

test.each<[name: string, lines: string[], kind: string, message: string]>([
  ['missing', [...LINES.slice(0, 4), DROP, RETURN], 'missing-command', 'job.jsonl:7 query no longer comes'],
  [
    'extra',
    [...LINES.slice(0, 6), '{"execute":"new"}', RETURN, DROP, RETURN],
    'extra-command',
    'job.jsonl:9 lacks the command new, which comes there now',
  ],
  [
    'reordered',
    [QUERY, JOBS, ...LINES.slice(0, 4), DROP, RETURN],
    'reordered-command',
    'job.jsonl:3 make {"id":"a","size":1} comes later now, behind query',
  ],
  [
    'changed arguments',
    [MAKE.replace('"size":1', '"size":2'), ...LINES.slice(1)],
    'changed-arguments',
    'job.jsonl:3 make has other arguments now: size: expected 1, got 2',
  ],
  [
    'changed event data',
    [MAKE, CREATED, RUNNING.replace('running', 'waiting'), ...LINES.slice(3)],
    'changed-event',
    'job.jsonl:5 the event JOB has other data now: status: expected "running", got "waiting"',
  ],
  [
    'an event less',
    [MAKE, CREATED, RETURN, ...LINES.slice(4)],
    'missing-event',
    'job.jsonl:5 the event JOB {',
  ],
  [
    'an event more',
    [MAKE, CREATED, RUNNING, RUNNING, ...LINES.slice(3)],
    'extra-event',
    'job.jsonl:3 is followed by a new event JOB {',
  ],
  [
    'another reply',
    [...LINES.slice(0, 5), '{"error":{"class":"GenericError","desc":"no"}}', DROP, RETURN],
    'changed-reply',
    'job.jsonl:8 query is answered otherwise now',
  ],
  [
    'another end',
    [...LINES, '{"end":"monitor"}'],
    'changed-end',
    'job.jsonl:9 the monitor ends the conversation now, nobody did when it was recorded',
  ],
])('%s: says so, with the line', (_, lines, kind, message) => {
  const fresh = cassetteOf(lines);
  expect(findDrift(RECORDED, fresh).map((drift) => drift.kind)).toEqual([kind]);
  expect(() => assertNoDrift(RECORDED, fresh)).toThrow(CassetteDriftError);
  expect(() => assertNoDrift(RECORDED, fresh)).toThrow(message);
});
