import type { MockQmpOptions } from 'qmp-mock';
import { describe, type TestAPI } from 'vitest';
import type { QmpFixtures } from './fixtures.ts';
import type { QmpBackend, QmpTransport } from './options.ts';
import type { QemuOptions } from './qemu/options.ts';

/** One of the settings that {@link describeBackends} runs a suite in. */
export interface BackendVariant {
  /** Name of the suite. */
  name: string;
  qmpBackend: QmpBackend;
  qmpTransport?: QmpTransport | undefined;
  qemuOptions?: QemuOptions | undefined;
  mockOptions?: MockQmpOptions | undefined;
}

/**
 * Runs one suite on several backends, side by side. If the mock and QEMU differ, a test fails.
 *
 * @param test - The `test` that the suite uses. Its options are overridden for each run of the suite.
 * @param backends - Backends by name, or with options of their own (two QEMU versions, say).
 * @param suite - The suite: called once for each backend, with its name, inside a `describe` with that name.
 * @example
 * describeBackends(test, ['mock', 'qemu'], () => {
 *   test('stop pauses', async ({ qmp }) => {
 *     await qmp.execute('stop')
 *   })
 * })
 */
export function describeBackends<C extends QmpFixtures>(
  test: TestAPI<C>,
  backends: readonly (QmpBackend | BackendVariant)[],
  suite: (name: string) => void,
): void {
  for (const backend of backends) {
    const { name, ...options } = typeof backend === 'string' ? variant(backend) : backend;
    describe(name, () => {
      (test as unknown as TestAPI<QmpFixtures>).override(options as OverrideOptions);
      suite(name);
    });
  }
}

/** Options without `undefined`, which Vitest's type doesn't allow. */
type OverrideOptions = Parameters<TestAPI<QmpFixtures>['override']>[0];

function variant(backend: QmpBackend): BackendVariant {
  return { name: backend, qmpBackend: backend };
}
