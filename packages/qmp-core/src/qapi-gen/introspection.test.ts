import { describe, expect, test } from 'vitest';
import { IntrospectionError, readIntrospection } from './introspection.ts';

const EMPTY = { name: '0', 'meta-type': 'object', members: [] };
const STOP = { name: 'stop', 'meta-type': 'command', 'arg-type': '0', 'ret-type': '0' };

describe('readIntrospection', () => {
  test('takes the array, or a reply that has it', () => {
    for (const dump of [[STOP, EMPTY], { return: [STOP, EMPTY], id: 1 }]) {
      const schema = readIntrospection(dump);
      expect(schema.commands).toEqual([
        { name: 'stop', arguments: '0', return: '0', oob: false, features: [] },
      ]);
      expect(schema.type('0')).toEqual({
        kind: 'object',
        name: '0',
        members: [],
        tag: undefined,
        variants: [],
      });
    }
  });

  test('takes enums as QEMU had them before 6.2, values alone', () => {
    const schema = readIntrospection([STOP, EMPTY, { name: '1', 'meta-type': 'enum', values: ['a', 'b'] }]);
    expect(schema.type('1')).toMatchObject({ values: [{ name: 'a' }, { name: 'b' }] });
  });

  test('takes names that JavaScript objects have of their own', () => {
    const hostile = { ...STOP, name: '__proto__', 'arg-type': 'constructor' };
    const schema = readIntrospection([hostile, EMPTY, { ...EMPTY, name: 'constructor' }]);
    expect(schema.commands[0]?.name).toBe('__proto__');
    expect(() => schema.type('toString')).toThrow(IntrospectionError);
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'got nothing'],
    ['a string', 'x', 'got "x"'],
    ['another object', { commands: [] }, 'got {"commands":[]}'],
    ['an error reply', { error: { class: 'GenericError', desc: 'no' } }, 'Expected the array'],
    ['no command', [EMPTY], 'no command'],
    ['an entry that is no object', [STOP, EMPTY, 5], 'an object as entry 2; got 5'],
    ['no name', [{ 'meta-type': 'enum' }], '"name" in entry 0; got nothing'],
    ['an unknown kind', [STOP, { name: 'x', 'meta-type': 'struct' }], '"struct" in entry 1 ("x")'],
    ['an unknown builtin', [{ name: 'f', 'meta-type': 'builtin', 'json-type': 'float' }], '"float"'],
    ['a type twice', [STOP, EMPTY, EMPTY], '"0" is defined twice, again in entry 2'],
    ['a type that is missing', [STOP], 'the command stop names the type "0", which is missing'],
    [
      'a member without a type',
      [STOP, { ...EMPTY, members: [{ name: 'a' }] }],
      '"type" in entry 1 ("0"); got nothing',
    ],
    ['a tag that is no member', [STOP, { ...EMPTY, tag: 't', variants: [] }], 'tag "t" is no member'],
    ['members that are no list', [STOP, { ...EMPTY, members: {} }], 'array of objects as "members"'],
    ['values that are no strings', [STOP, EMPTY, { name: '1', 'meta-type': 'enum', values: [1] }], '[1]'],
    ['features that are no strings', [{ ...STOP, features: [1] }, EMPTY], '"features"'],
  ])('refuses %s', (_, dump, message) => {
    expect(() => readIntrospection(dump)).toThrow(IntrospectionError);
    expect(() => readIntrospection(dump)).toThrow(message);
  });
});
