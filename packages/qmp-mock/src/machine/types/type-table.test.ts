import { describe, expect, it } from 'vitest';
import { knownVersions } from '../../version/version-folders.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { TypeTable, typeTable } from './type-table.ts';

const TYPES = `${[
  '{"categories":["Misc"],"hidesDefaults":false,"hidesLegacy":false,"defaultsAsJson":false}',
  '["interface",{"abstract":true}]',
  '["nmi",{"parent":"interface","abstract":true}]',
  '["hotplug-handler",{"parent":"interface","abstract":true}]',
  '["object",{"abstract":true,"properties":[0]}]',
  '["board",{"parent":"object","abstract":true,"interfaces":["nmi"],"like":["object",1,0],"properties":[1]}]',
  '["pc",{"parent":"board","interfaces":["hotplug-handler"],"categories":[0],"like":["board",1,1],"properties":[2]}]',
].join('\n')}\n`;
const PROPERTIES =
  '["type","string"]\n["accel","string","Accelerator"]\n["size","uint64",null,18446744073709551615]\n';
const table = new TypeTable(TYPES, () => PROPERTIES);

describe('a table of types', () => {
  it.each([
    [{}, ['pc']],
    [{ abstract: true }, ['interface', 'nmi', 'hotplug-handler', 'object', 'board', 'pc']],
    [{ implements: 'board', abstract: true }, ['board', 'pc']],
    [{ implements: 'nmi', abstract: true }, ['nmi', 'board', 'pc']],
    [{ implements: 'hotplug-handler' }, ['pc']],
    [{ implements: 'nosuch', abstract: true }, []],
  ])('lists by %j', (filter, names) => {
    expect(table.list(filter).map(({ name }) => name)).toEqual(names);
  });

  it('counts a type as an interface only if it has exactly one', () => {
    expect(table.is('board', 'interface')).toBe(true);
    expect(table.is('pc', 'interface')).toBe(false);
    expect(table.is('object', 'interface')).toBe(false);
  });

  it('puts the properties of a type together from what it shares with another', () => {
    expect(table.properties('pc')).toEqual([
      { name: 'type', type: 'string' },
      { name: 'size', type: 'uint64', defaultValue: 2n ** 64n - 1n },
      { name: 'accel', type: 'string', description: 'Accelerator' },
    ]);
    expect(table.properties('nmi')).toBeUndefined();
  });

  it('tells what device help says', () => {
    expect(table.find('pc')).toMatchObject({ parent: 'board', categories: ['Misc'], abstract: false });
    expect(table.find('nosuch')).toBeUndefined();
    expect(table.find('__proto__')).toBeUndefined();
  });
});

describe.each(knownVersions())('the types of QEMU %s', (version) => {
  const types = typeTable(loadProfile(version));
  const all = types.list({ abstract: true });

  it('have a parent that is there, but for the two roots', () => {
    const roots = all.filter(({ parent }) => parent === undefined || !types.has(parent));
    expect(roots.map(({ name }) => name).toSorted()).toEqual(['interface', 'object']);
  });

  it('have properties, but for interfaces and those that QEMU crashes at', () => {
    const without = all.filter(
      ({ name }) => types.is(name, 'object') && types.properties(name) === undefined,
    );
    expect(without.length).toBeLessThan(6);
    expect(types.properties('virtio-blk-pci')?.find(({ name }) => name === 'drive')).toBeDefined();
  });
});
