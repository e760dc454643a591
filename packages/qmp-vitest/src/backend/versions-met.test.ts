import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VersionsMet } from './versions-met.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

/** The workers of a run, and what they have said. */
function runOf(file: (directory: string) => string | undefined): {
  readonly worker: () => VersionsMet;
  readonly said: string[];
} {
  const directory = temporaryDirectory('qmp-met-');
  const said: string[] = [];
  return { said, worker: () => new VersionsMet(file(directory), (text) => said.push(text)) };
}

const WARNING = expect.stringMatching(/^This run has mocks of QEMU 11\.1 and a real QEMU 7\.2: /);

test('two workers of a run: one of them says once that there are two versions', () => {
  const { worker, said } = runOf((directory) => join(directory, 'run'));
  const [first, second, third] = [worker(), worker(), worker()];
  first.note('mock', '11.1');
  expect(said).toEqual([]);
  second.note('qemu', '7.2');
  expect(said).toEqual([WARNING]);
  for (const each of [first, second, third]) {
    each.note('mock', '11.1');
    each.note('qemu', '7.2');
  }
  expect(said).toHaveLength(1);
});

test('one version: nothing to say', () => {
  const { worker, said } = runOf((directory) => join(directory, 'run'));
  worker().note('mock', '7.2');
  worker().note('qemu', '7.2');
  expect(said).toEqual([]);
});

test.for([undefined, '/dev/null/file'])('a worker alone, with the file %s', (path) => {
  const { worker, said } = runOf(() => path);
  const alone = worker();
  alone.note('mock', '11.1');
  alone.note('qemu', '7.2');
  alone.note('qemu', '7.2');
  expect(said).toEqual([WARNING]);
});
