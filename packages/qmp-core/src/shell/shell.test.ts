import { PassThrough } from 'node:stream';
import { MockQmp } from 'qmp-mock';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readIntrospection } from '../qapi-gen/introspection.ts';
import { QmpClient } from '../client.ts';
import { CommandSchema } from './command-schema.ts';
import { completeRequest } from './completion.ts';
import { describeCommand } from './describe-command.ts';
import { History } from './history.ts';
import { indentedJson } from './indented-json.ts';
import { readRequest } from './request-line.ts';
import { runShell } from './shell.ts';
import { splitWords } from './words.ts';

const BUILTINS = ['string', 'int', 'boolean', 'value'].map((json) => ({
  name: json === 'string' ? 'str' : json === 'boolean' ? 'bool' : json === 'value' ? 'any' : json,
  'meta-type': 'builtin',
  'json-type': json,
}));
const object = (name: string, members: Record<string, string>, more: object = {}): object => ({
  name,
  'meta-type': 'object',
  members: Object.entries(members).map(([key, type]) => ({
    name: key.replace('?', ''),
    type,
    ...(key.endsWith('?') ? { default: null } : {}),
  })),
  ...more,
});
const command = (name: string, args: string, result = 'nothing'): object => ({
  name,
  'meta-type': 'command',
  'arg-type': args,
  'ret-type': result,
});

/** A small monitor: everything that a schema can have. */
const schema = new CommandSchema(
  readIntrospection([
    ...BUILTINS,
    object('nothing', {}),
    object('link', { name: 'str', up: 'bool' }),
    object('size', { id: 'str', 'size?': 'int' }),
    { name: 'driver', 'meta-type': 'enum', members: [{ name: 'file' }, { name: 'raw' }] },
    object('node-file', { filename: 'str' }),
    object('node-raw', { file: 'node' }),
    object(
      'node',
      { driver: 'driver', 'node-name?': 'str' },
      {
        tag: 'driver',
        variants: [
          { case: 'file', type: 'node-file' },
          { case: 'raw', type: 'node-raw' },
        ],
      },
    ),
    { name: '[int]', 'meta-type': 'array', 'element-type': 'int' },
    object('numa', { cpus: '[int]', 'policy?': 'any' }),
    object('info', { status: 'driver' }),
    command('set_link', 'link'),
    command('set_size', 'size'),
    command('node-add', 'node'),
    command('numa', 'numa'),
    command('query-status', 'nothing', 'info'),
    command('query-stats', 'nothing', '[int]'),
    { name: 'STOP', 'meta-type': 'event', 'arg-type': 'info' },
  ]),
);

describe('words', () => {
  test.each([
    ['', []],
    ['  a  b\t', ['a', 'b']],
    ['a="x y" b=\'"\'', ['a=x y', 'b="']],
    [String.raw`a="say \"hi\""`, ['a=say "hi"']],
    ['x {"a": [1, 2], "b": "} {"} y', ['x', '{"a": [1, 2], "b": "} {"}', 'y']],
    [String.raw`x {"a": "\"}"}`, ['x', String.raw`{"a": "\"}"}`]],
    ['o={"a": "it\'s"}', ['o={"a": "it\'s"}']],
  ])('%s', (line, words) => {
    expect(splitWords(line).map(({ text }) => text)).toEqual(words);
  });

  test.each([
    ['a "b', 'The word at column 3 has an open quote.'],
    ['a b={1', 'The word at column 3 has an open bracket.'],
  ])('%s is refused, and taken while it is being typed', (line, message) => {
    expect(() => splitWords(line)).toThrow(message);
    expect(splitWords(line, { unfinished: true })).toHaveLength(2);
  });
});

describe('requests', () => {
  test.each<[string, object]>([
    ['query-status', { execute: 'query-status' }],
    ['set_link name=1 up=false', { execute: 'set_link', arguments: { name: '1', up: false } }],
    ['set_link {"name": "n", "up": true}', { execute: 'set_link', arguments: { name: 'n', up: true } }],
    [
      'set_size id=a size=18446744073709551615',
      { execute: 'set_size', arguments: { id: 'a', size: 2n ** 64n - 1n } },
    ],
    [
      'node-add driver=raw file.driver=file file.filename=7',
      { execute: 'node-add', arguments: { driver: 'raw', file: { driver: 'file', filename: '7' } } },
    ],
    ['numa cpus=[1,2]', { execute: 'numa', arguments: { cpus: [1, 2] } }],
    ['numa cpus.0=1 cpus.1=2 policy=x', { execute: 'numa', arguments: { cpus: [1, 2], policy: 'x' } }],
    ['unknown a=1 b=x', { execute: 'unknown', arguments: { a: 1, b: 'x' } }],
    ['{"exec-oob": "stop", "id": 3}', { 'exec-oob': 'stop', id: 3 }],
  ])('%s', (line, request) => {
    expect(readRequest(line, schema)).toEqual(request);
  });

  test('__proto__ is a key like others', () => {
    const { arguments: args } = readRequest('unknown __proto__.polluted=1', schema);
    expect(Object.keys(args as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test.each([
    ['set_link net0', 'Expected key=value, or one JSON object, got "net0".'],
    ['set_link up=yes', 'up takes true or false, not "yes".'],
    ['set_size size=big', 'size takes a number, not "big".'],
    ['set_size id=a id=b', '"id" is given twice.'],
    ['node-add file=x file.driver=file', '"file.driver" and another key can\'t both be given.'],
    ['set_link {"name"', 'The word at column 10 has an open bracket.'],
    ['{"run": "stop"}', 'doesn\'t have "execute" or "exec-oob"'],
  ])('%s is refused', (line, message) => {
    expect(() => readRequest(line, schema)).toThrow(message);
  });
});

describe('completion', () => {
  test.each<[string, string[], string]>([
    ['query-sta', ['query-stats', 'query-status'], 'query-sta'],
    ['set_link ', ['name=', 'up='], ''],
    ['set_link name=a u', ['up='], 'u'],
    ['set_link up=', ['up=true', 'up=false'], 'up='],
    ['node-add d', ['driver='], 'd'],
    ['node-add driver=r', ['driver=raw'], 'driver=r'],
    ['node-add driver=raw ', ['node-name=', 'file.'], ''],
    ['node-add driver=raw file.driver=file file.f', ['file.filename='], 'file.f'],
    ['nothing-like-it x', [], 'x'],
  ])('%s', (line, candidates, word) => {
    expect(completeRequest(line, schema)).toEqual([candidates, word]);
  });
});

describe('help', () => {
  test.each([
    ['set_link', 'set_link\n  name  string\n  up    boolean\nreturns nothing'],
    ['query-status', 'query-status\nreturns object\n  status  file | raw'],
    ['STOP', 'STOP (event)\n  status  file | raw'],
    [
      'node-add',
      'node-add\n  driver     file | raw\n  node-name  string, optional\n  with driver=file:\n    filename  string\n' +
        '  with driver=raw:\n    file  object\n      driver     file | raw\n      node-name  string, optional\nreturns nothing',
    ],
  ])('%s', (name, text) => {
    expect(describeCommand(name, schema)).toBe(text);
  });

  test('shows what a given value decides about', () => {
    expect(describeCommand('node-add', schema, new Map([['driver', 'file']]))).toBe(
      'node-add\n  driver     file | raw\n  node-name  string, optional\n  filename   string\nreturns nothing',
    );
  });
});

test('JSON is shown a member a line where it is long', () => {
  const value = { a: [1, 2n ** 63n], b: Array.from({ length: 20 }, (_, index) => `value ${index}`) };
  const text = indentedJson(value);
  expect(text).toContain('{\n  "a": [1, 9223372036854775808],\n  "b": [\n    "value 0",\n');
  expect(indentedJson({})).toBe('{}');
});

describe('a script', () => {
  /** Says lines to a mock, and gives what came. */
  async function say(
    lines: string,
    options: { json?: boolean; hmp?: boolean } = {},
  ): Promise<{ status: number; out: string; err: string }> {
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    const client = await QmpClient.over(mock.connect());
    const input = new PassThrough();
    const said = { out: '', err: '' };
    const stream = (name: 'out' | 'err'): PassThrough => {
      const taken = new PassThrough();
      taken.on('data', (chunk: Buffer) => (said[name] += chunk.toString()));
      return taken;
    };
    input.end(lines);
    const status = await runShell(client, {
      input,
      output: stream('out'),
      errors: stream('err'),
      terminal: false,
      colours: false,
      json: options.json ?? false,
      hmp: options.hmp ?? false,
      lines: [],
      history: new History(undefined),
    });
    return { status, ...said };
  }

  test('shows replies and events for people', async () => {
    const { status, out, err } = await say('# a comment\nquery-status\nstop\n');
    expect(out).toMatch(/^\{ "status": "running", "running": true \}\n\d\d:\d\d:\d\d\.\d{3} STOP\n\{\}\n$/);
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });

  test('shows JSON for programs', async () => {
    const { status, out } = await say('stop\nquery-status\n', { json: true });
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([{ event: 'STOP' }, { return: {} }, { return: { status: 'paused' } }]);
    expect(status).toBe(0);
  });

  test.each([
    [
      'qeury-status',
      'CommandNotFound: The command qeury-status has not been found\nDid you mean query-status',
    ],
    ['set_link net0', 'Expected key=value'],
    ['.frobnicate', "The shell doesn't have a line .frobnicate"],
    ['.help nonsense', 'The monitor has neither a command nor an event nonsense.'],
  ])('%s makes it end with 1, after the rest', async (line, message) => {
    const { status, out } = await say(`${line}\nquery-name\n`);
    expect(out).toContain(message);
    expect(out).toMatch(/\{\}\n$/);
    expect(status).toBe(1);
  });

  test('leaves at .exit, and the machine goes on', async () => {
    expect(await say('.exit\nquit\n')).toEqual({ status: 0, out: '', err: '' });
  });

  test('ends with 0 after quit, and with 1 if something was still to be said', async () => {
    expect((await say('quit\n')).status).toBe(0);
    const { status, out } = await say('quit\nquery-status\n');
    expect(status).toBe(1);
    expect(out).toContain('query-status');
  });

  test('speaks to the human monitor', async () => {
    expect((await say('info status\n.qmp\nquery-name\n', { hmp: true })).out).toBe(
      'VM status: running\n{}\n',
    );
  });
});
