import { describe, expect, test } from 'vitest';
import { QDict, QFloat, type QValue } from '../json/value.ts';
import { checkArguments } from './check-arguments.ts';
import { loadSchema } from '../../version/load-profile.ts';
import { VERSIONS } from '../../../test/support/versions.ts';

interface Members {
  readonly [name: string]: Plain;
}
type Plain = null | boolean | string | number | bigint | QFloat | readonly Plain[] | Members;

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);

/** Plain data as the engine has it. */
function toQValue(value: Plain): QValue {
  if (value instanceof QFloat || value === null || typeof value !== 'object') return value;
  return isList(value) ? value.map((item) => toQValue(item)) : dict(value);
}

function dict(members: Members): QDict {
  return new QDict(Object.entries(members).map(([name, member]) => [name, toQValue(member)]));
}

const ram = { 'qom-type': 'memory-backend-ram', id: 'm' };

const deep = (levels: number): Members =>
  levels === 0 ? { driver: 'file' } : { driver: 'raw', file: deep(levels - 1) };

/** Rules of the input visitor, each with what QEMU says; all versions say the same. */
const refused: [rule: string, command: string, args: Members, answer: string][] = [
  ['a missing member', 'qom-get', { path: '/' }, "Parameter 'property' is missing"],
  ['the first of two missing members', 'qom-get', {}, "Parameter 'path' is missing"],
  ['a missing member of any type', 'qom-set', { path: '/', property: 'x' }, "Parameter 'value' is missing"],
  ['an unexpected member', 'stop', { a: 1 }, "Parameter 'a' is unexpected"],
  [
    'known members before unexpected ones',
    'eject',
    { a: 1, force: 1 },
    "Invalid parameter type for 'force', expected: boolean",
  ],
  ['null for an optional member', 'eject', { id: null }, "Invalid parameter type for 'id', expected: string"],
  [
    'an unexpected member of a nested object',
    'blockdev-add',
    { driver: 'file', filename: 'x', cache: { x: 1 } },
    "Parameter 'cache.x' is unexpected",
  ],
  [
    'a nested object before a later member',
    'netdev_add',
    { id: 'n', type: 'user', hostfwd: [{ str: 'x', y: 1 }], guestfwd: 1 },
    "Parameter 'hostfwd[0].y' is unexpected",
  ],
  [
    'an item of a list',
    'netdev_add',
    { id: 'n', type: 'user', hostfwd: [{ str: 'x' }, 5] },
    "Invalid parameter type for 'hostfwd[1]', expected: object",
  ],
  ['a list', 'qmp_capabilities', { enable: 'oob' }, "Invalid parameter type for 'enable', expected: array"],
  [
    'an unknown item, which has no name',
    'qmp_capabilities',
    { enable: ['foo'] },
    "Parameter 'null' does not accept value 'foo'",
  ],
  ['an unknown value', 'set-action', { reboot: "it's" }, "Parameter 'reboot' does not accept value 'it's'"],
  [
    'only the last name with a bad value',
    'blockdev-add',
    { driver: 'qcow2', file: { driver: 'bogus' } },
    "Parameter 'driver' does not accept value 'bogus'",
  ],
  [
    'the whole path with a bad type',
    'blockdev-add',
    { driver: 'qcow2', file: { driver: 5 } },
    "Invalid parameter type for 'file.driver', expected: string",
  ],
  [
    "a variant's members after the base's",
    'blockdev-add',
    { driver: 'file', 'read-only': 1 },
    "Invalid parameter type for 'read-only', expected: boolean",
  ],
  ["a variant's missing member", 'blockdev-add', { driver: 'file' }, "Parameter 'filename' is missing"],
  [
    'a member of another variant',
    'blockdev-add',
    { driver: 'null-co', filename: 'x' },
    "Parameter 'filename' is unexpected",
  ],
  [
    'an alternate by its own name',
    'blockdev-add',
    { driver: 'raw', file: 5 },
    "Invalid parameter type for 'file', expected: BlockdevRef",
  ],
  [
    'an alternate in a list',
    'blockdev-add',
    { driver: 'quorum', 'vote-threshold': 1, children: [null] },
    "Invalid parameter type for 'null', expected: BlockdevRef",
  ],
  [
    'a float for a signed integer',
    'block_resize',
    { size: new QFloat(1) },
    "Invalid parameter type for 'size', expected: integer",
  ],
  [
    'a float for an unsigned integer',
    'object-add',
    { ...ram, size: new QFloat(1) },
    "Parameter 'size' expects uint64",
  ],
  [
    'a string for an unsigned integer',
    'object-add',
    { ...ram, size: '1' },
    "Parameter 'size' expects uint64",
  ],
  [
    '2^63 for a signed integer',
    'block_resize',
    { size: 2n ** 63n },
    "Invalid parameter type for 'size', expected: integer",
  ],
  [
    '2^64 for an unsigned integer',
    'object-add',
    { ...ram, size: new QFloat(2 ** 64) },
    "Parameter 'size' expects uint64",
  ],
  [
    'a big number for a narrow integer',
    'object-add',
    { ...ram, size: 1, 'prealloc-threads': 2 ** 32 },
    "Parameter 'prealloc-threads' expects uint32_t",
  ],
  [
    'a negative number for a narrow unsigned integer',
    'object-add',
    { ...ram, size: 1, 'host-nodes': [0, -1] },
    "Parameter 'null' expects uint16_t",
  ],
  [
    'a string for a narrow integer, in its path',
    'object-add',
    { ...ram, size: 1, 'host-nodes': [0, 'x'] },
    "Parameter 'host-nodes[1]' expects uint64",
  ],
  ['a member named __proto__', 'stop', JSON.parse('{"__proto__": 1}'), "Parameter '__proto__' is unexpected"],
  ['a member named constructor', 'stop', { constructor: 1 }, "Parameter 'constructor' is unexpected"],
  [
    'a variant named constructor',
    'netdev_add',
    { id: 'n', type: 'constructor' },
    "Parameter 'type' does not accept value 'constructor'",
  ],
];

const accepted: [rule: string, command: string, args: Members][] = [
  ['no arguments', 'stop', {}],
  ['null where an alternate has it', 'blockdev-add', { driver: 'qcow2', file: 'f', backing: null }],
  ['a name or an object in an alternate', 'blockdev-add', { driver: 'raw', file: { driver: 'null-co' } }],
  ['a negative number for a 64-bit unsigned integer: it wraps', 'object-add', { ...ram, size: -1 }],
  ['2^64 − 1 for a 64-bit unsigned integer', 'object-add', { ...ram, size: 2n ** 64n - 1n }],
  ['−2^63 for a signed integer', 'block_resize', { size: -(2n ** 63n) }],
  ['any value where any is asked for', 'qom-set', { path: '/', property: 'x', value: [{ y: null }] }],
  ['anything for device_add, which looks at its arguments itself', 'device_add', { driver: 5, zz: 1 }],
  ['anything for a command that it does not have', 'no-such-command', { zz: 1 }],
];

describe.each(VERSIONS)('QEMU %s', (version) => {
  const schema = loadSchema(version);

  test.each(refused)('refuses %s', (_, command, args, answer) => {
    expect(checkArguments(schema, command, dict(args))).toBe(answer);
  });

  test.each(accepted)('takes %s', (_, command, args) => {
    expect(checkArguments(schema, command, dict(args))).toBeUndefined();
  });

  test('refuses what -compat forbids', () => {
    const policy = { deprecatedInput: 'reject', unstableInput: 'reject' } as const;
    const colo = dict({ capabilities: [{ capability: 'x-colo', state: true }] });
    expect(checkArguments(schema, 'migrate-set-capabilities', colo, policy)).toBe(
      'Unstable value x-colo disabled by policy',
    );
    expect(checkArguments(schema, 'migrate-set-capabilities', colo)).toBeUndefined();
    // The type of what is forbidden is not looked at.
    expect(checkArguments(schema, 'eject', dict({ device: 5 }), policy)).toBe(
      'Deprecated parameter device disabled by policy',
    );
    expect(
      checkArguments(schema, 'eject', dict({ device: 'x' }), { unstableInput: 'reject' }),
    ).toBeUndefined();
  });

  test('takes a chain of block devices as deep as the parser lets it be', () => {
    expect(checkArguments(schema, 'blockdev-add', dict(deep(500)))).toBe(
      `Parameter '${'file.'.repeat(500)}filename' is missing`,
    );
  });
});
