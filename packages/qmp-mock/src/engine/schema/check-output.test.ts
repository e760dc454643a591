import { describe, expect, test } from 'vitest';
import { QDict, QFloat } from '../json/value.ts';
import { checkEvent, checkReturn } from './check-output.ts';
import { loadSchema } from '../../version/load-profile.ts';
import { NEWEST } from '../../../test/support/versions.ts';

const schema = loadSchema(NEWEST);
const status = { running: true, status: 'running' };

describe('a return', () => {
  test.each<[what: string, command: string, value: unknown]>([
    ['an object', 'query-status', status],
    ['the engine’s own values', 'query-status', new QDict(Object.entries(status))],
    ['nothing, from a command that returns nothing', 'stop', undefined],
    ['a list', 'query-block', []],
    ['text', 'human-monitor-command', ''],
    ['anything from a command that returns anything', 'qom-get', [null, { x: 1.5 }]],
    ['an optional member that is undefined', 'query-name', { name: undefined }],
    ['an unsigned integer beyond 2^63', 'query-memory-size-summary', { 'base-memory': 2n ** 64n - 1n }],
  ])('may be %s', (_, command, value) => {
    expect(checkReturn(schema, command, value)).toEqual([]);
  });

  test.each<[what: string, command: string, value: unknown, path: string, message: string | RegExp]>([
    [
      'an unknown value',
      'query-status',
      { ...status, status: 'runing' },
      'return.status',
      /^is 'runing', but must be one of 'debug', .* and 4 more$/,
    ],
    [
      'a missing member',
      'query-status',
      { status: 'running' },
      'return.running',
      'is missing: it must be true or false',
    ],
    [
      'a surplus member',
      'query-status',
      { ...status, singlestep: false },
      'return.singlestep',
      `is not in the schema of QEMU ${NEWEST}, which has here: 'running', 'status'`,
    ],
    ['nothing, where something is due', 'query-status', undefined, 'return.running', /^is missing/],
    [
      'something, where nothing is due',
      'stop',
      { ok: true },
      'return.ok',
      `is not in the schema of QEMU ${NEWEST}, which has here: nothing`,
    ],
    ['null for an object', 'query-status', null, 'return', 'is null, but must be an object'],
    ['a list for an object', 'query-status', [], 'return', 'is an array, but must be an object'],
    ['an object for a list', 'query-block', {}, 'return', 'is an object, but must be an array'],
    ['a fault in an item', 'query-iothreads', [5], 'return[0]', 'is 5, but must be an object'],
    [
      'floating point for an integer',
      'query-memory-size-summary',
      { 'base-memory': new QFloat(1) },
      'return.base-memory',
      'is 1 (floating point), but must be an integer of at most 64 bits',
    ],
    [
      'a number that is none',
      'query-memory-size-summary',
      { 'base-memory': Number.NaN },
      'return.base-memory',
      /^is NaN/,
    ],
    ['a function', 'qom-get', () => 1, 'return', 'is a function, but must be a JSON value'],
    [
      'a member named __proto__',
      'stop',
      JSON.parse('{"__proto__": 1}'),
      'return.__proto__',
      /^is not in the schema/,
    ],
    [
      'a name that no type inherits',
      'query-status',
      { ...status, toString: 1 },
      'return.toString',
      /^is not in the schema/,
    ],
    [
      'long text, which is cut',
      'query-status',
      { ...status, status: 'x'.repeat(1000) },
      'return.status',
      /^is 'x{60}…' \(1000 characters\)/,
    ],
    ['a command that is not there', 'no-such', {}, '', `QEMU ${NEWEST} has no command 'no-such'`],
  ])('may not be %s', (_, command, value, path, message) => {
    const [problem] = checkReturn(schema, command, value);
    expect(problem?.path).toBe(path);
    if (typeof message === 'string') expect(problem?.message).toBe(message);
    else expect(problem?.message).toMatch(message);
  });

  test('a union is judged by its tag', () => {
    const device = { type: 'nvdimm', data: { memaddr: 0, slot: 0, node: 0 } };
    expect(checkReturn(schema, 'query-memory-devices', [device]).map(({ path }) => path)).toContain(
      'return[0].data.addr',
    );
    const unknown = { type: 'zz', data: {} };
    expect(checkReturn(schema, 'query-memory-devices', [unknown]).map(({ path }) => path)).toEqual([
      'return[0].type',
    ]);
  });

  test('data that contains itself, twice, is found out at once', () => {
    const image: Record<string, unknown> = { filename: 'x', format: 'raw', 'virtual-size': 1 };
    image['backing-image'] = image;
    const node = { image, cache: { writeback: true, direct: false, 'no-flush': false } };
    const problems = checkReturn(schema, 'query-named-block-nodes', [node]);
    expect(problems).toContainEqual({
      path: 'return[0].image.backing-image',
      message: 'contains itself',
    });
  });

  test('a chain that is too long ends in a problem, not in a full stack', () => {
    let image: object = {};
    for (let i = 0; i < 100_000; i++) image = { 'backing-image': image };
    const problems = checkReturn(schema, 'query-named-block-nodes', [{ image }]);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(50);
  });
});

describe('an event', () => {
  test('with the data that it has', () => {
    expect(checkEvent(schema, 'RESET', { guest: false, reason: 'host-qmp-system-reset' })).toEqual([]);
    expect(checkEvent(schema, 'STOP')).toEqual([]);
    expect(checkEvent(schema, 'STOP', {})).toEqual([]);
  });

  test('without a member', () => {
    expect(checkEvent(schema, 'RESET', { guest: false })).toEqual([
      { path: 'data.reason', message: expect.stringMatching(/^is missing: it must be one of 'none', /) },
    ]);
  });

  test('with data that it does not have', () => {
    expect(checkEvent(schema, 'STOP', { a: 1 })[0]?.path).toBe('data.a');
    expect(checkEvent(schema, 'STOP', null)[0]?.message).toBe('is null, but must be an object');
  });

  test('that does not exist', () => {
    expect(checkEvent(schema, 'NOPE')).toEqual([{ path: '', message: `QEMU ${NEWEST} has no event 'NOPE'` }]);
  });
});
