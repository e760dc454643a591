/**
 * For every command and event that a QEMU has there is a generated type, and it agrees with introspection.
 */
import { describe, expect, test } from 'vitest';
import { VERSIONS } from '../support/versions.ts';
import { compileTypes, readDump, SchemaWalk, type Entry } from './schema-walk.ts';

const NEWEST = VERSIONS.at(-1)!;

// A compiler at work; on a busy machine it takes its time.
const PATIENCE = { timeout: 120_000 };

describe.each(VERSIONS)('QEMU %s', (version) => {
  test('the generated types agree with introspection in every member', PATIENCE, () => {
    const walk = new SchemaWalk(readDump(version), compileTypes(version));
    expect(walk.typedNames('commands')).toEqual(walk.entries('command').map(({ name }) => name));
    expect(walk.typedNames('events')).toEqual(walk.entries('event').map(({ name }) => name));
    for (const { name, features = [] } of walk.entries('command')) {
      const marks = features.filter((feature) => feature === 'deprecated' || feature === 'unstable');
      expect([name, ...walk.marks(name)]).toEqual([name, ...marks]);
    }
    expect(walk.all().differences).toEqual([]);
    expect(walk.compared).toBeGreaterThan(readDump(version).length / 2);
  });
});

describe('a change that the types do not have is seen', PATIENCE, () => {
  const compiled = compileTypes(NEWEST);

  /** Changes the first entry that `change` can be made to. */
  function differences(change: (entry: Entry) => unknown): string[] {
    const dump = readDump(NEWEST);
    if (!dump.some(change)) throw new Error('There is nothing to change');
    return new SchemaWalk(dump, compiled).all().differences;
  }

  test('none', () => {
    expect(differences(() => true)).toEqual([]);
  });

  test.each<[string, (entry: Entry) => unknown]>([
    [
      'a member more',
      ({ members, variants }) => !variants && members?.[0]?.type && members.push({ name: 'z', type: 'str' }),
    ],
    ['a member less', ({ members, tag }) => tag === undefined && members?.[0]?.type && members.pop()],
    [
      'an optional member that is required',
      ({ members }) => members?.some((m) => 'default' in m && delete m.default),
    ],
    [
      'a required member that is optional',
      ({ members, tag }) =>
        members?.some(
          (m) => m.type && m.name !== tag && !('default' in m) && Object.assign(m, { default: null }),
        ),
    ],
    ['an enum value more', (e) => e['meta-type'] === 'enum' && e.members?.push({ name: 'zz', type: '' })],
    ['an enum value less', (e) => e['meta-type'] === 'enum' && e.members?.shift()],
    ['other elements in an array', (e) => e['element-type'] === 'str' && (e['element-type'] = 'int')],
    [
      'one value in place of a list',
      ({ members }) => members?.some((m) => m.type === '[str]' && (m.type = 'str')),
    ],
    [
      'a list in place of one value',
      ({ members }) => members?.some((m) => m.type === 'bool' && (m.type = '[str]')),
    ],
    [
      'another type of a member',
      ({ members, tag }) => tag !== undefined && members?.some((m) => m.type === 'str' && (m.type = 'int')),
    ],
    ['a variant less', ({ variants }) => variants?.pop()],
    [
      'another variant',
      ({ variants }) =>
        variants?.some((v, i) => i > 0 && v.type !== variants[0]?.type && (v.type = variants[0]?.type ?? '')),
    ],
    ['a branch of an alternate less', (e) => e['meta-type'] === 'alternate' && e.members?.pop()],
    [
      'arguments where there are none',
      (e) => e.name === 'stop' && Object.assign(e, { 'arg-type': e['ret-type'] === '0' ? '1' : '0' }),
    ],
  ])('%s', (_, change) => {
    expect(differences(change)).not.toEqual([]);
  });
});
