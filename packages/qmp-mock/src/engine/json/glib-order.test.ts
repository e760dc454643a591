import { describe, expect, test } from 'vitest';
import { firstUnexpected, GlibTable } from './glib-order.ts';

const numbered = (prefix: string, count: number, number: (i: number) => number = (i) => i): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${number(i)}`);

describe('which of several unexpected members real QEMUs named', () => {
  test.each<[string, string[], string]>([
    ['7 members', numbered('k', 7), 'k6'],
    ['8 members', numbered('k', 8), 'k6'],
    ['9 members: the table has grown', numbered('k', 9), 'k6'],
    ['17 members', numbered('member-', 17, (i) => i * i), 'member-49'],
    ['40 members', numbered('m', 40, (i) => (i * 7919) % 1000), 'm785'],
    ['130 members', numbered('m', 130, (i) => (i * 104_729) % 10_007), 'm1739'],
  ])('%s', (_, names, named) => {
    expect(firstUnexpected(names, [])).toBe(named);
  });

  test('a name in bytes beyond ASCII, which GLib takes as negative', () => {
    const names = ['', 'A', '0', '00', '000', '-', '_', '\u00E9', '\u20AC', '\u{1F600}', '\0', '\n'];
    expect(firstUnexpected(names, [])).toBe('A');
  });
});

test('one surplus member is named, none is none', () => {
  expect(firstUnexpected(['a', 'b', 'c'], ['c', 'a'])).toBe('b');
  expect(firstUnexpected(['a', 'b'], ['a', 'b', 'not there'])).toBeUndefined();
  expect(firstUnexpected([], ['a'])).toBeUndefined();
});

test('whatever is visited, it is a member that was not', () => {
  const names = numbered('m', 60);
  for (let visited = 0; visited < names.length; visited++) {
    const expected = names.slice(0, visited);
    const named = firstUnexpected(names, expected);
    expect(names.slice(visited)).toContain(named);
  }
});

describe('a table that is restored from its keys', () => {
  test.each([1, 5, 7, 8, 15, 16, 40, 61, 130])(
    'goes on as the one that it was made from: %d keys',
    (count) => {
      const table = new GlibTable();
      for (const name of numbered('child-', count, (i) => (i * 7919) % 1009)) table.add(name);
      const restored = GlibTable.restore([...table.keys()]);
      expect([...(restored?.keys() ?? [])]).toEqual([...table.keys()]);
      for (const name of numbered('more', 20)) {
        table.add(name);
        restored?.add(name);
      }
      expect([...(restored?.keys() ?? [])]).toEqual([...table.keys()]);
    },
  );

  test('is not made up of keys that could not come in that order', () => {
    const table = new GlibTable();
    for (const name of numbered('k', 12)) table.add(name);
    expect(GlibTable.restore([...table.keys()].toReversed())).toBeUndefined();
  });
});
