import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generateTypes } from './generate.ts';
import { isWideResult } from './integers.ts';
import { readIntrospection } from './introspection.ts';
import { pascal } from './names.ts';
import { DATA, VERSIONS } from '../../test/support/versions.ts';

type Line = Record<string, unknown>;

const BUILTINS: Line[] = [
  ['str', 'string'],
  ['int', 'int'],
  ['bool', 'boolean'],
  ['any', 'value'],
  ['null', 'null'],
  ['number', 'number'],
].map(([name, json]) => ({ name, 'meta-type': 'builtin', 'json-type': json }));

const object = (name: string, members: Line[], more: Line = {}): Line => ({
  name,
  'meta-type': 'object',
  members,
  ...more,
});
const command = (name: string, args = '0', ret = '0', more: Line = {}): Line => ({
  name,
  'meta-type': 'command',
  'arg-type': args,
  'ret-type': ret,
  ...more,
});
const member = (name: string, type: string, more: Line = {}): Line => ({ name, type, ...more });
const optional = { default: null };

const read = (file: URL): string => readFileSync(file, 'utf8');
const narrowPorts = (type: string, name: string): number | undefined =>
  type === '1' && name === 'port' ? 16 : undefined;

/** The declarations of a schema, without the head that all files have. */
function generate(...lines: Line[]): string {
  const schema = readIntrospection([...BUILTINS, object('0', []), ...lines]);
  const text = generateTypes(schema, { name: 'Qapi' });
  return text.slice(text.indexOf('/** What each command'));
}

describe('generateTypes', () => {
  test('writes members, marks, and what is optional', () => {
    const text = generate(
      command('stop', '0', '0', { features: ['deprecated'] }),
      command('x-try', '1', '[2]', { features: ['unstable', 'other'], 'allow-oob': true }),
      { name: 'GONE', 'meta-type': 'event', 'arg-type': '0' },
      object('1', [
        member('id', 'str'),
        member('on-off', 'bool', { ...optional, features: ['unstable'] }),
        member('any', 'any', optional),
        member('size', 'int', optional),
      ]),
      object('2', [member('port', 'int'), member('size', 'int'), member('half', 'number', optional)]),
      { name: '[2]', 'meta-type': 'array', 'element-type': '2' },
    );
    expect(text).toMatchInlineSnapshot(`
      "/** What each command takes and returns. */
      export interface QapiCommands {
        /** @deprecated QEMU is going to drop this. */
        stop: { arguments: Empty; return: Empty; deprecated: true };
        /** Can be run out of band. @experimental QEMU may change or drop this in any release. */
        'x-try': { arguments: XTryArguments; return: XTryReturn[]; unstable: true };
      }

      /** The data of each event. */
      export interface QapiEvents {
        GONE: Empty;
      }

      export interface XTryArguments {
        id: string;
        /** @experimental QEMU may change or drop this in any release. */
        'on-off'?: boolean | undefined;
        any?: unknown;
        size?: number | bigint | undefined;
      }

      export interface XTryReturn {
        port: number;
        size: number | bigint;
        half?: number | undefined;
      }
      "
    `);
  });

  test('writes a union as one interface a case, and takes bare cases together', () => {
    const text = generate(
      command('add', '1'),
      object('1', [member('kind', 'e'), member('id', 'str')], {
        tag: 'kind',
        variants: [
          { case: 'file', type: '2' },
          { case: 'none', type: '0' },
          { case: 'nested', type: '3' },
          { case: 'null', type: '0' },
        ],
      }),
      {
        name: 'e',
        'meta-type': 'enum',
        members: ['file', 'none', 'nested', 'null'].map((name) => ({ name })),
      },
      object('2', [member('name', 'alt')]),
      {
        name: 'alt',
        'meta-type': 'alternate',
        members: [{ type: 'str' }, { type: 'null' }, { type: '[int]' }],
      },
      { name: '[int]', 'meta-type': 'array', 'element-type': 'int' },
      object('3', [member('sub', 'f')], { tag: 'sub', variants: [{ case: 'a', type: '0' }] }),
      { name: 'f', 'meta-type': 'enum', members: [{ name: 'a' }] },
    );
    expect(text.slice(text.indexOf('export type AddArguments'))).toMatchInlineSnapshot(`
      "export type AddArguments =
        | AddArgumentsFile
        | (AddArgumentsNested & AddArgumentsNestedMembers)
        | AddArgumentsOther;

      export interface AddArgumentsBase {
        id: string;
      }

      export interface AddArgumentsFile extends AddArgumentsBase {
        kind: 'file';
        name: AddArgumentsFileName;
      }

      export type AddArgumentsFileName = string | null | (number | bigint)[];

      export interface AddArgumentsNested extends AddArgumentsBase {
        kind: 'nested';
      }

      export type AddArgumentsNestedMembers = AddArgumentsNestedMembersA;

      export interface AddArgumentsNestedMembersA {
        sub: 'a';
      }

      export interface AddArgumentsOther extends AddArgumentsBase {
        kind: 'none' | 'null';
      }
      "
    `);
  });

  test('does not depend on the order or the numbers of the dump', () => {
    const lines = [
      command('a', '1', '2'),
      command('b', '2'),
      object('1', [member('x', '2')]),
      object('2', [member('y', 'e')]),
      { name: 'e', 'meta-type': 'enum', members: [{ name: 'v' }] },
    ];
    const renumbered = JSON.parse(JSON.stringify(lines).replaceAll('"1"', '"77"').replaceAll('"2"', '"5"'));
    expect(generate(...lines.toReversed())).toBe(generate(...lines));
    expect(generate(...renumbered)).toBe(generate(...lines));
  });

  test('gives each type a name of its own', () => {
    const text = generate(
      command('a-b', '1'),
      command('a_b', '2'),
      object('1', [member('c', 'bool')]),
      object('2', [member('d', 'bool')]),
    );
    expect(text.match(/export interface AB\w+/g)).toEqual([
      'export interface ABArguments',
      'export interface ABArguments2',
    ]);
  });

  test('writes names that are no identifiers, and JavaScript’s own, as they are', () => {
    const text = generate(
      command("it's", '1'),
      object('1', [member('__proto__', 'str'), member('2x', 'str'), member(String.raw`a\b`, 'str')]),
    );
    expect(text).toContain(String.raw`'it\'s': {`);
    expect(text).toContain('  __proto__: string;\n');
    expect(text).toContain("  '2x': string;\n");
    expect(text).toContain(String.raw`  'a\\b': string;`);
  });

  test('leaves device_add open, and takes widths of arguments into account', () => {
    const schema = readIntrospection([
      ...BUILTINS,
      object('0', []),
      command('device_add', '1'),
      object('1', [member('driver', 'str'), member('port', 'int'), member('size', 'int')]),
    ]);
    expect(generateTypes(schema, { name: 'Q', widths: narrowPorts })).toContain(
      '  port: number;\n  size: number | bigint;\n  [property: string]: unknown;\n',
    );
  });

  test.each(VERSIONS)('the types of QEMU %s are what it writes', (version) => {
    const data = new URL(`${version}/x86_64/`, DATA);
    const { widths }: { widths: Record<string, Record<string, string>> } = JSON.parse(
      read(new URL('refusals.json', data)),
    );
    const text = generateTypes(readIntrospection(JSON.parse(read(new URL('schema.json', data)))), {
      name: `Qapi${version.replace('.', '')}`,
      from: './schema.ts',
      source: `QEMU ${version}`,
      widths: (type, name) => Number(/\d+/.exec(widths[type]?.[name] ?? 'int64')?.[0]),
    });
    expect(text === read(new URL(`../qapi/qemu-${version}.ts`, import.meta.url)), 'pnpm qemu:generate').toBe(
      true,
    );
  });
});

test.each([
  ['block-job-cancel', 'BlockJobCancel'],
  ['BLOCK_JOB_READY', 'BlockJobReady'],
  ['qcow2', 'Qcow2'],
  ['IDE', 'Ide'],
  ['x-query-virtio', 'XQueryVirtio'],
])('%s is %s in a name', (text, name) => {
  expect(pascal(text)).toBe(name);
});

describe('an integer of a result', () => {
  test.each([
    'virtual-size',
    'rd_bytes',
    'wr_total_time_ns',
    'arg1',
    'addr',
    'bps_max',
    'max-size',
    'base-memory',
  ])('%s can be a bigint', (name) => expect(isWideResult(name)).toBe(true));
  test.each([
    'major',
    'cpu-index',
    'port',
    'iops_rd',
    'cluster-size',
    'bps_max_length',
    'id',
    'thread-id',
    'downtime',
  ])('%s is a number', (name) => expect(isWideResult(name)).toBe(false));
});
