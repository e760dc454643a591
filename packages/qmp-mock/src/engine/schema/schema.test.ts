import { QmpOptionError } from 'qmp-core/errors';
import { describe, expect, test } from 'vitest';
import { knownVersions } from '../../version/version-folders.ts';
import { loadProfile, loadSchema } from '../../version/load-profile.ts';

describe.each(knownVersions())('QEMU %s', (version) => {
  const schema = loadSchema(version);

  test('is read once', () => {
    expect(loadSchema(version)).toBe(schema);
  });

  test('puts the text of query-qmp-schema together again', () => {
    const text = schema.queryQmpSchemaText();
    expect(text).toMatch(/^\[\{"name": "query-status", .*\}\]$/);
    expect(text).not.toMatch(/[\n\r]/);
    expect(JSON.parse(text)).toEqual(JSON.parse(loadProfile(version).read('schema.json')));
  });

  test('has the commands in the order of query-commands', () => {
    const names = schema.commandNames();
    expect(names[0]).toBe('device_add');
    expect(names.at(-1)).toBe('query-status');
    expect(new Set(names)).toEqual(new Set(schema.commands.keys()));
  });

  test('has the events in the order of the schema', () => {
    expect(schema.eventNames().slice(0, 3)).toEqual(['SHUTDOWN', 'POWERDOWN', 'RESET']);
  });

  test('knows which commands run out of band', () => {
    const names = [...schema.commands.values()].filter((info) => info.allowOob).map((info) => info.name);
    expect(names.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'migrate-pause',
      'migrate-recover',
      'query-yank',
      'yank',
    ]);
  });

  test('knows what is deprecated and what is unstable', () => {
    expect(schema.commands.get('x-query-roms')?.features).toContain('unstable');
    expect(schema.commands.get('query-status')?.features).toEqual([]);
  });

  test('every type that is referred to is there', () => {
    for (const info of schema.commands.values()) {
      expect(schema.type(info.argType)['meta-type']).toBe('object');
      expect(schema.type(info.retType)).toBeDefined();
    }
    for (const info of schema.events.values()) expect(schema.type(info.argType)['meta-type']).toBe('object');
  });

  test('says so where a type is not there', () => {
    expect(() => schema.type('constructor')).toThrow(RangeError);
    expect(() => schema.objectType('str')).toThrow('is not an object');
    expect(schema.width('constructor', 'constructor')).toBe('int64');
  });
});

test.each(knownVersions())(
  '%s: each line of the file begins as it is read, and says once what it is of',
  (version) => {
    const lines = loadProfile(version).read('schema.json').trimEnd().split('\n').slice(1, -1);
    for (const line of lines) {
      expect(line).toMatch(/^\{"name": "[^"\\]+"/);
      expect(line.split('"meta-type": "')).toHaveLength(2);
    }
  },
);

test.each(knownVersions())('%s: every command and event of the text is there', (version) => {
  const { commands, events } = loadSchema(version);
  const text = loadProfile(version).read('schema.json');
  expect(commands.size).toBe(text.match(/"meta-type": "command"/g)?.length);
  expect(events.size).toBe(text.match(/"meta-type": "event"/g)?.length);
});

test('a version that is not known is refused, and the known ones are named', () => {
  expect(() => loadSchema('6.1')).toThrow(
    `Expected \`qemu\` to be ${knownVersions().join(', ')} or 'installed', got "6.1"`,
  );
  expect(() => loadSchema('../no')).toThrow(QmpOptionError);
  expect(() => loadSchema('__proto__')).toThrow(QmpOptionError);
});
