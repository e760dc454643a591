import { expect, test } from 'vitest';
import { loadCompiler } from '../lib/public-exports.ts';
import { TypeProject } from '../lib/type-project.ts';
import { modulesOf } from './modules.ts';

// A compiler runs, on a machine that may be busy. In ms.
const PATIENCE = 120_000;

test(
  'an example compiles with what is exported and given, and a wrong call in one is found',
  { timeout: PATIENCE },
  async () => {
    const examples = [
      { title: 'zz good', code: "test('x', () => expect(client.greeting).toBe(path.length))" },
      { title: 'zz bad', code: "await client.execute('no-such-command')" },
      { title: 'zz unknown', code: 'zzNone()' },
    ];
    const modules = modulesOf(await loadCompiler(), examples, []);
    using project = new TypeProject('examples-test');
    const problems = project.compile('typescript', modules).filter((line) => line.startsWith('example-'));
    expect(problems.map((line) => line.replace(/\(.*/, ''))).toEqual(['example-1.ts', 'example-2.ts']);
  },
);
