import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import * as core from 'qmp-core';
import { describe, expect, test } from 'vitest';
import * as mocks from './index.ts';

/**
 * Every `ts` snippet of the README is run. A line that ends in `// → VALUE` has to give that value, one that ends in
 * `// throws TEXT` has to fail with a message that holds the text. A snippet that makes no mock is given one, and a client.
 */
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets: { title: string; code: string }[] = [];
let heading = '';
for (const [, title, code] of readme.matchAll(/^## (.+)$|^```ts\n([^]*?)^```$/gm)) {
  if (title !== undefined) heading = title;
  else snippets.push({ title: heading, code: code! });
}

const SETUP = 'const mock = new MockQmp(); const client = await QmpClient.over(mock.connect());\n';
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
    .replaceAll(/^(\s*)(.+?);\s+\/\/ throws (?!where)(.+)$/gm, '$1await fails(async () => $2, `$3`);');
  const globals = ['MockQmp', 'QmpClient', 'QmpCommandError', 'exactly', 'FaultProxy'].filter(
    (name) => !new RegExp(`^const \\{[^}]*\\b${name}\\b`, 'm').test(lines),
  );
  const prelude = `const { ${globals.join(', ')} } = { ...modules['qmp-core'], ...modules['qmp-mock'] };\n`;
  const whole = lines.includes('const mock =') ? lines : SETUP + lines + TEARDOWN;
  return prelude + whole;
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parameters: string[]
) => (...values: unknown[]) => Promise<void>;

describe('README', () => {
  test('has snippets', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(10);
  });

  test.each(snippets.map(({ title, code }, index) => [index + 1, title, code] as const))(
    'snippet %i, %s',
    async (_index, _title, code) => {
      let checked = 0;
      const counted = <T extends unknown[]>(action: (...args: T) => unknown) => {
        return (...args: T): unknown => (checked++, action(...args));
      };
      const run = new AsyncFunction('modules', 'check', 'fails', runnable(code));
      await run({ 'qmp-core': core, 'qmp-mock': mocks }, counted(check), counted(fails));
      expect(checked).toBe(code.match(/;\s+\/\/ (→ |throws (?!where))/g)?.length ?? 0);
    },
  );
});
