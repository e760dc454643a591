import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../tools/src/lib/temporary.ts';

const hooks = new URL('support/loaded-modules.mjs', import.meta.url).href;
const PACKAGES = /\/packages\/(qmp-(?:core|mock|vitest)\/dist\/.*)/;

/** Files of the packages, as they are published, that a module loads. */
function loadedBy(entry: string): string[] {
  const folder = temporaryDirectory('qmp-import-');
  const LOADED = join(folder, 'list');
  // Outside of a run, Vitest refuses to make the fixtures. All that is imported has been loaded by then.
  spawnSync(process.execPath, ['--import', hooks, '--input-type=module', '--eval', `import '${entry}';`], {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, LOADED },
  });
  const modules = readFileSync(LOADED, 'utf8').split('\n');
  return modules.flatMap((url) => PACKAGES.exec(url)?.[1] ?? []).toSorted();
}

test.each(['qmp-vitest', 'qmp-vitest/matchers'])('%s loads neither client nor mock', (entry) => {
  const loaded = loadedBy(entry);
  expect(loaded).toContain(`qmp-vitest/dist/${entry === 'qmp-vitest' ? 'index' : 'matchers'}.js`);
  expect(loaded).toContain('qmp-core/dist/internal.js');
  expect(loaded.filter((file) => file.startsWith('qmp-mock'))).toEqual([]);
  expect(
    loaded.filter((file) =>
      /qmp-core\/dist\/(index|transport|wire|redact|part-(client|transport|wire|redact))/.test(file),
    ),
  ).toEqual([]);
  expect(loaded.filter((file) => /part-(machine|qemu|fake-qemu|record)/.test(file))).toEqual([]);
});

test('qmp-core/errors loads nothing else', () => {
  expect(loadedBy('qmp-core/errors')).toEqual(['qmp-core/dist/errors.js', 'qmp-core/dist/part-errors.js']);
});

test('each entry of the client and of the mock loads what it names', () => {
  expect(loadedBy('qmp-vitest/core')).toContain('qmp-core/dist/part-client.js');
  expect(loadedBy('qmp-vitest/mock')).toContain('qmp-mock/dist/index.js');
});
