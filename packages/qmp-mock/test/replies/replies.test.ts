import { readFileSync } from 'node:fs';
import { parseJson } from 'qmp-core/wire';
import { describe, expect, test } from 'vitest';
import { knownVersions } from '../../src/version/version-folders.ts';
import { checkEvent, checkReturn } from '../../src/engine/schema/check-output.ts';
import { loadProfile, loadSchema } from '../../src/version/load-profile.ts';
import { membersOf, mutations } from './mutations.ts';

interface Recorded {
  /** Name of the command or the event. */
  readonly name: string;
  readonly value: unknown;
}

/** Returns of an idle machine: the data of the mock itself. */
function idleReturns(version: string): Recorded[] {
  return Object.values(membersOf(parseJson(loadProfile(version).read('queries.json')))).flatMap((queries) =>
    Object.entries(membersOf(queries))
      .map(([name, reply]) => ({ name, reply: membersOf(reply) }))
      .filter(({ reply }) => 'return' in reply)
      .map(({ name, reply }) => ({ name, value: reply['return'] })),
  );
}

/** Returns and events of a machine with devices, recorded beside this file. */
function busyMachine(version: string): { returns: Recorded[]; events: Recorded[] } {
  const returns: Recorded[] = [];
  const events: Recorded[] = [];
  for (const text of readFileSync(new URL(`${version}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')) {
    const line = membersOf(parseJson(text));
    if (typeof line['command'] === 'string') returns.push({ name: line['command'], value: line['return'] });
    if (typeof line['event'] === 'string') events.push({ name: line['event'], value: line['data'] });
  }
  return { returns, events };
}

describe.each(knownVersions())('QEMU %s', (version) => {
  const schema = loadSchema(version);
  const busy = busyMachine(version);
  const returns = [...idleReturns(version), ...busy.returns];
  const { events } = busy;

  test('has nothing against what QEMU returned', () => {
    const wrong = returns
      .map((item) => ({ name: item.name, problems: checkReturn(schema, item.name, item.value) }))
      .filter((item) => item.problems.length > 0);
    expect(wrong).toEqual([]);
    expect(returns.length).toBeGreaterThan(100);
  });

  test('has nothing against the events that QEMU sent', () => {
    const wrong = events
      .map((item) => ({ name: item.name, problems: checkEvent(schema, item.name, item.value) }))
      .filter((item) => item.problems.length > 0);
    expect(wrong).toEqual([]);
    expect(events.length).toBeGreaterThan(8);
  });

  test('finds every fault that is put into them, at its place', { timeout: 60_000 }, () => {
    let tried = 0;
    const missed: unknown[] = [];
    const attempt = (name: string, type: string, value: unknown, root: string): void => {
      const all = [...mutations(schema, type, value, root)];
      // Items of a long reply are all of one kind: some of the faults are enough.
      const step = Math.ceil(all.length / 60);
      const faults = all.filter((_, index) => index % step === 0);
      for (const fault of faults) {
        tried += 1;
        const wrong = fault.apply();
        const problems =
          root === 'return' ? checkReturn(schema, name, wrong) : checkEvent(schema, name, wrong);
        if (!problems.some(({ path }) => path === fault.path)) missed.push({ name, ...fault, problems });
      }
    };
    for (const { name, value } of returns) {
      attempt(name, schema.commands.get(name)!.retType, value, 'return');
    }
    for (const { name, value } of events) attempt(name, schema.events.get(name)!.argType, value, 'data');
    expect(missed.slice(0, 5)).toEqual([]);
    expect(tried).toBeGreaterThan(2000);
  });
});
