import { describe, expect, test } from 'vitest';
import { knownVersions } from '../../src/version/version-folders.ts';
import { checkArguments } from '../../src/engine/schema/check-arguments.ts';
import { loadSchema } from '../../src/version/load-profile.ts';
import { parseArguments, recordedCases } from './recorded.ts';

describe.each(knownVersions())('QEMU %s', (version) => {
  const schema = loadSchema(version);
  const cases = recordedCases(version);

  // Some 18 000 cases each: a busy machine takes its time.
  test('the check refuses recorded arguments as QEMU did', { timeout: 120_000 }, () => {
    const differing = cases
      .map((item) => ({ ...item, ours: checkArguments(schema, item.command, parseArguments(item.text)) }))
      .filter((item) => item.ours !== item.answer);
    expect(differing.slice(0, 10)).toEqual([]);
    expect(cases.length).toBeGreaterThan(10_000);
  });

  test('the recorded cases are of every command that takes arguments', () => {
    const tried = new Set(cases.map((item) => item.command));
    const untried = [...schema.commands.values()]
      .filter((info) => info.checked && schema.objectType(info.argType).members.length > 0)
      .map((info) => info.name)
      .filter((name) => !tried.has(name));
    // An arguments type that two commands share is tried with one of them.
    const typesTried = new Set([...tried].map((name) => schema.commands.get(name)!.argType));
    expect(untried.filter((name) => !typesTried.has(schema.commands.get(name)!.argType))).toEqual([]);
  });
});
