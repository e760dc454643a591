import { describe, expect, test } from 'vitest';
import { comparePairs, HONEST, type Pair } from './compare.ts';
import type { Answer, Transcript } from './play.ts';
import type { Session } from './session.ts';

const OK = '{"return": {}, "id": 1}';
const refusal = (desc: string): string => JSON.stringify({ id: 1, error: { class: 'GenericError', desc } });
const honest = refusal('qmp-mock does not model x; script an answer to it');
const answer = (reply: string, ...events: string[]): Answer => ({ reply, events });
const up = (...answers: Answer[]): Transcript => ({ start: { up: true }, answers });
const refused = (output: string, code = 1): Transcript => ({
  start: { up: false, code, output },
  answers: [],
});

const session = (...commands: string[]): Session => ({
  options: [],
  steps: commands.map((execute) => ({ execute })),
});
const hmp = (line: string): Session => ({
  options: [],
  steps: [{ execute: 'human-monitor-command', arguments: { 'command-line': line } }],
});
const text = (said: string): string => JSON.stringify({ return: said, id: 1 });
const classes = (pairs: readonly Pair[]): string[] => pairs.map((pair) => pair.class);
const compare = (given: Session, qemu: Transcript, ours: Transcript, again?: Transcript): Pair[] =>
  comparePairs(given, qemu, ours, HONEST, again);

describe('a start', () => {
  test.each<[string, Transcript, Transcript, string]>([
    ['both are up', up(), up(), 'identical'],
    [
      'both refuse, each under its own name',
      refused('/bin/qemu-system-x86_64: no\n'),
      refused('qemu-system-x86_64: no\n'),
      'identical',
    ],
    ['both refuse in other words', refused('qemu: no\n'), refused('qemu: never\n'), 'other words'],
    ['both refuse with another status', refused('qemu: no\n'), refused('qemu: no\n', 2), 'other words'],
    ['only QEMU refuses', refused('qemu: no\n'), up(), 'silent'],
    ['only the stand-in refuses', up(), refused('qemu: no\n'), 'silent'],
    ['the stand-in is honest', up(), refused('qmp-mock does not model -x\n'), 'honest'],
    ['QEMU crashes', { start: { up: false, code: 'SIGABRT', output: '' }, answers: [] }, up(), 'excluded'],
    ['the stand-in hangs', up(), { start: { up: 'hangs' }, answers: [] }, 'silent'],
  ])('%s', (_, qemu, ours, expected) => {
    expect(classes(compare(session(), qemu, ours))).toEqual([expected]);
  });
});

describe('an answer', () => {
  const stop = '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}';
  const late = '{"timestamp": {"seconds": 9, "microseconds": 9}, "event": "STOP"}';

  test.each<[string, Answer, Answer, string]>([
    ['the same at another time', answer(OK, stop), answer(OK, late), 'identical'],
    ['without its event', answer(OK, stop), answer(OK), 'other words'],
    ['only QEMU refuses', answer(refusal('no')), answer(OK), 'silent'],
    ['only the stand-in refuses', answer(OK), answer(refusal('no')), 'silent'],
    ['both refuse in other words', answer(refusal('no')), answer(refusal('never')), 'other words'],
    ['honest where QEMU succeeds', answer(OK), answer(honest), 'honest'],
    ['honest where QEMU refuses', answer(refusal('no')), answer(honest), 'honest'],
    ['QEMU hangs', { events: [], hangs: true }, answer(OK), 'excluded'],
    ['the stand-in hangs', answer(OK), { events: [], hangs: true }, 'silent'],
    ['only the stand-in ends', answer(OK), { ...answer(OK), closed: true }, 'other words'],
  ])('%s', (_, qemu, ours, expected) => {
    expect(classes(compare(session('cont'), up(qemu), up(ours)))).toEqual(['identical', expected]);
  });

  test.each<[string, string, string, string]>([
    ['device_add nosuch', "Error: 'nosuch' is not a valid device model name\r\n", '', 'silent'],
    ['savevm one', '', 'Error: no\r\n', 'silent'],
    ['info block', 'd0: x\r\n', '', 'other words'],
  ])('a line of the human monitor refuses by its text: %s', (line, theirs, ours, expected) => {
    const pairs = compare(hmp(line), up(answer(text(theirs))), up(answer(text(ours))));
    expect(pairs.at(-1)?.class).toBe(expected);
  });

  test('of QEMU itself that varies', () => {
    const [a, b, c] = ['{"return": {"n": 1}}', '{"return": {"n": 2}}', '{"return": {"n": 3}}'].map((reply) =>
      up(answer(reply)),
    );
    expect(classes(compare(session('query-x'), a!, c!, b))).toEqual(['identical', 'identical']);
    expect(classes(compare(session('query-x'), a!, up(answer(OK)), b))).toEqual(['identical', 'other words']);
    const other = up(answer(refusal('busy')));
    expect(classes(compare(session('query-x'), a!, up(answer(OK)), other))).toEqual(['identical', 'varies']);
  });

  test('after an honest answer is told apart, if that was to a command that changed QEMU', () => {
    const tainted = (first: string, qemu: string): boolean[] =>
      compare(session(first, 'query-x'), up(answer(qemu), answer(OK)), up(answer(honest), answer(OK))).map(
        (pair) => pair.tainted,
      );
    expect(tainted('device_add', OK)).toEqual([false, false, true]);
    expect(tainted('device_add', refusal('no'))).toEqual([false, false, false]);
    expect(tainted('query-pci', OK)).toEqual([false, false, false]);
  });
});
