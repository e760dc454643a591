import { readFileSync } from 'node:fs';

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as core from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as mocks from './index.ts';
import { temporaryDirectory } from '../../../tools/src/lib/temporary.ts';

/**
 * Every `ts` snippet of the README is run. A line that ends in `// → VALUE` has to give that value, one that
 * ends in `// throws TEXT` has to fail with a message that holds the text. A snippet that makes no mock is
 * given one, and a client.
 */
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets: { title: string; code: string }[] = [];
let heading = '';
for (const [, title, code] of readme.matchAll(/^## (.+)$|^```ts\n([^]*?)^```$/gm)) {
  if (title !== undefined) heading = title;
  else snippets.push({ title: heading, code: code! });
}

const SETUP = 'const mock = new MockQmp(); const client = await QmpClient.over(mock.connect());\n';
/** A snippet that connects by itself finds a monitor if it looks for one. */
const LISTENING = 'const mock = new MockQmp(); await mock.listen(inFolder("vm.sock"));\n';
const TEARDOWN = '\nawait client.close(); await mock.close();';

function check(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

async function fails(action: () => unknown, text: string): Promise<void> {
  await expect(async () => action()).rejects.toThrow(text);
}

/** Turns the remarks of a snippet into checks, and its imports into constants. */
function runnable(code: string): string {
  const lines = code
    .replaceAll(/^import (\{[^}]*\}) from '(qmp-\w+)';$/gm, "const $1 = modules['$2'];")
    .replaceAll(/^(\s*)(.+?);\s+\/\/ → (.+)$/gm, '$1check(await ($2), $3);')
    .replaceAll(/^(\s*)(.+?);\s+\/\/ throws (?!if)(.+)$/gm, '$1await fails(async () => $2, `$3`);');
  const names = ['MockQmp', 'QmpClient', 'QmpCommandError', 'exactly', 'FaultProxy'].concat([
    'CassetteRecorder',
    'CassettePlayer',
    'saveCassette',
  ]);
  const globals = names.filter((name) => !new RegExp(`^const \\{[^}]*\\b${name}\\b`, 'm').test(lines));
  const prelude = `const { ${globals.join(', ')} } = { ...modules['qmp-core'], ...modules['qmp-mock'] };\n`;
  const placed = lines.replaceAll(/'(?:\/run\/)?(vm\.sock|backup\.jsonl)'/g, 'inFolder("$1")');
  const setup = placed.includes('const client =') ? LISTENING : SETUP;
  const whole = placed.includes('const mock =') ? placed : setup + placed + TEARDOWN;
  return prelude + whole;
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parameters: string[]
) => (...values: unknown[]) => Promise<void>;

describe('README', () => {
  test('has snippets', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(10);
  });

  test('the report of `verify()` is the one that such a test gets', async () => {
    const [, shown = ''] = /^```text\n([^]*?)^```$/m.exec(readme) ?? [];
    const mock = new mocks.MockQmp();
    onTestFinished(() => mock.close());
    const client = await core.QmpClient.over(mock.connect());
    mock.expect('device_del', { id: 'disk0' });
    await expect(client.execute('device_del', { id: 'disk1' })).rejects.toThrow();
    const place = /defined at .*/;
    const report = (() => {
      try {
        return mock.verify();
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(String(report).replace(place, '').trim()).toContain(shown.replace(place, '').trim());
    await client.close();
  });

  test.each(snippets.map(({ title, code }, index) => [index + 1, title, code] as const))(
    'snippet %i, %s',
    async (_index, _title, code) => {
      let checked = 0;
      const counted = <T extends unknown[]>(action: (...args: T) => unknown) => {
        return (...args: T): unknown => (checked++, action(...args));
      };
      const folder = temporaryDirectory('qmp-');
      const inFolder = (name: string): string => join(folder, name);
      const run = new AsyncFunction('modules', 'check', 'fails', 'inFolder', runnable(code));
      await run({ 'qmp-core': core, 'qmp-mock': mocks }, counted(check), counted(fails), inFolder);
      expect(checked).toBe(code.match(/;\s+\/\/ (→ |throws (?!if))/g)?.length ?? 0);
    },
  );
});
