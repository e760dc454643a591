import { describe, expect, it } from 'vitest';
import { printCompact } from '../engine/json/printer.ts';
import { knownVersions } from '../version/version-folders.ts';
import { loadProfile } from '../version/load-profile.ts';
import { recordedQueries } from './recorded-queries.ts';

describe('recorded replies', () => {
  it.for(knownVersions())('of %s are printed as they were recorded', (version) => {
    const queries = recordedQueries(loadProfile(version));
    const file = loadProfile(version).read('queries.json');
    const sections = file.split(/^"(\w+)": \{\n/m);
    let compared = 0;
    for (let at = 1; at < sections.length; at += 2) {
      const machine = sections[at] === 'none' ? 'none' : 'pc';
      for (const [, name = '', text = ''] of (sections[at + 1] ?? '').matchAll(
        /^"([\w-]+)": (\{.*\}),?$/gm,
      )) {
        const reply = queries.reply(machine, name);
        const printed = reply && ('value' in reply ? { return: reply.value } : { error: reply.error });
        expect.soft(printCompact(printed), name).toBe(text);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(60);
  });

  it('are none for a command that is no query', () => {
    expect(recordedQueries(loadProfile()).reply('pc', 'stop')).toBeUndefined();
  });
});
