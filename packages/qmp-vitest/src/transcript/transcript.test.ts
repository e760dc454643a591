import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { normaliseTranscript } from './normalise.ts';
import { printTranscript } from './print.ts';
import { Transcript } from './transcript.ts';

function transcriptOf(...messages: ['out' | 'in', unknown][]): Transcript {
  let now = 0;
  const transcript = new Transcript({ now: () => now++ });
  for (const [direction, message] of messages) transcript.record(direction, message);
  return transcript;
}

const stop = transcriptOf(
  ['out', { execute: 'stop', id: 'qmp-1' }],
  ['out', { execute: 'query-status', id: 'qmp-2' }],
  ['in', { event: 'STOP', timestamp: { seconds: 1, microseconds: 2 } }],
  ['in', { return: { status: 'paused' }, id: 'qmp-2' }],
  ['in', { return: {}, id: 'qmp-1' }],
);

test('replies name the command that they answer, whatever order they come in', () => {
  expect(printTranscript(stop.entries, { times: false })).toMatchInlineSnapshot(`
    "→  stop
    →  query-status
    ⚡  STOP
    ←  query-status: {"status":"paused"}
    ←  stop: {}"
  `);
});

test('times are milliseconds since the transcript began', () => {
  expect(printTranscript(stop.entries, { tail: 1 })).toBe('     5.0 ms  ←  stop: {}');
});

test.each([
  [
    'a reply without an id answers the oldest command without one',
    [
      ['out', { execute: 'stop' }],
      ['in', { return: 0 }],
    ],
    '→  stop\n←  stop: 0',
  ],
  ['a reply that nobody waits for', [['in', { return: {}, id: 9 }]], '←  reply: {}'],
  [
    'an out-of-band command',
    [['out', { 'exec-oob': 'migrate-pause', id: 1 }]],
    '→  migrate-pause (out of band)',
  ],
  ['an error that is not shaped like one', [['in', { error: 'no' }]], '←  reply: error "no"'],
  ['something that is not QMP', [['in', ['x']]], '←  ["x"]'],
  ['a greeting without a version', [['in', { QMP: {} }]], '←  greeting: QEMU ?.?.?'],
  ['event data', [['in', { event: 'RESET', data: { guest: false } }]], '⚡  RESET {"guest":false}'],
  ['a bigint', [['out', { execute: 'x', arguments: { n: 2n ** 63n } }]], '→  x {"n":9223372036854775808}'],
  [
    'a member named __proto__',
    [['in', JSON.parse('{"return":{"__proto__":1},"id":1}')]],
    '←  reply: {"__proto__":1}',
  ],
] as [string, ['out' | 'in', unknown][], string][])('%s', (_, messages, expected) => {
  expect(printTranscript(transcriptOf(...messages).entries, { times: false })).toBe(expected);
});

test('what happens to a message after it was recorded does not show', () => {
  const message = { execute: 'stop', arguments: { a: 1 } };
  const transcript = transcriptOf(['out', message]);
  message.arguments.a = 2;
  expect(printTranscript(transcript.entries)).toContain('{"a":1}');
});

test('beyond its limit a transcript drops the oldest and counts them', () => {
  const transcript = new Transcript({ limit: 100 });
  for (let index = 0; index < 5000; index++) transcript.note(`remark ${index}`);
  const kept = transcript.entries;
  expect(kept.at(-1)?.text).toBe('remark 4999');
  expect(kept.length + transcript.dropped).toBe(5000);
  expect(transcript.length).toBe(5000);
  expect(kept.reduce((sum, entry) => sum + entry.text.length, 0)).toBeLessThanOrEqual(100);
});

test('a position tells what came after it, even when older entries were dropped', () => {
  const transcript = new Transcript({ limit: 30 });
  for (let index = 0; index < 10; index++) transcript.note(`remark ${index}`);
  const position = transcript.length;
  transcript.note('remark 10');
  expect(transcript.since(position).map((entry) => entry.text)).toEqual(['remark 10']);
  expect(transcript.since(0)).toEqual(transcript.entries);
});

test('the normalised form has no times, ids, versions or temporary paths', () => {
  const path = `${tmpdir()}/qmp-a1b2c3/disk.img`;
  const transcript = transcriptOf(
    ['in', { QMP: { version: { qemu: { major: 1, minor: 2, micro: 3 } }, capabilities: [] } }],
    ['out', { execute: 'blockdev-add', arguments: { driver: 'file', filename: path }, id: 77 }],
    ['in', { error: { class: 'GenericError', desc: `Could not open '${path}': No such file` }, id: 77 }],
  );
  expect(normaliseTranscript(transcript.entries)).toMatchInlineSnapshot(`
    "← greeting
    → blockdev-add {"driver":"file","filename":"<dir>/disk.img"}
    ← blockdev-add: GenericError: Could not open '<dir>/disk.img': No such file"
  `);
});
