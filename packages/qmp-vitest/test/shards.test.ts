import { readdirSync } from 'node:fs';

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runVitest } from './support/run-vitest.ts';
import { temporaryDirectory } from '../../../tools/src/lib/temporary.ts';

// CI splits a suite with `--shard`, keeps each part's blob report, and merges them: the stories have to
// survive that.
test('the merged report of two shards tells the story of each failure', { timeout: 120_000 }, async () => {
  const blobs = temporaryDirectory('qmp-blobs-');
  const logs: string[] = [];
  for (const shard of [1, 2]) {
    const run = await runVitest('shards', {
      args: [
        `--shard=${shard}/2`,
        '--reporter=blob',
        `--outputFile.blob=${join(blobs, `blob-${shard}.json`)}`,
      ],
    });
    logs.push(...readdirSync(run.logs));
    expect(run.tests.size).toBe(2);
    run[Symbol.dispose]();
  }
  expect(new Set(logs).size, 'a log of its own for each failure').toBe(2);

  const merged = await runVitest('shards', { args: [`--merge-reports=${blobs}`] });
  onTestFinished(() => merged[Symbol.dispose]());

  expect(merged.tests.size).toBe(4);
  for (const file of ['one', 'two']) {
    const told = merged.tests.get(`the machine of file ${file} is refused`)?.failureMessages.join('\n');
    expect(told).toContain(`device_del {"id":"of-file-${file}"}`);
    expect(told).toContain(`DeviceNotFound: Device 'of-file-${file}' not found`);
    expect(merged.junit).toContain(`of-file-${file}`);
  }
});
