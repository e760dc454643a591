import type { TestAPI } from 'vitest';
import type { Scratch } from './scratch.ts';

/** The directory for a test's sockets. */
export interface ScratchFixture {
  qmpScratch: Scratch;
}

/**
 * Adds the fixture. The tests of a file share a directory, because making, guarding and removing one takes
 * longer than everything else.
 */
export function withScratch<C extends object>(base: TestAPI<C>): TestAPI<C & ScratchFixture> {
  const plain = base as unknown as TestAPI;
  // oxlint-disable no-empty-pattern -- Vitest reads the pattern to learn what a fixture needs: nothing
  try {
    return plain.extend<ScratchFixture & { qmpFileScratch: Scratch }>({
      qmpFileScratch: [async ({}, use) => useScratch(use), { scope: 'file' }],
      qmpScratch: async ({ qmpFileScratch }, use) => use(qmpFileScratch),
    }) as unknown as TestAPI<C & ScratchFixture>;
  } catch {
    // In a `describe` Vitest takes no fixture of the file: there each test has a directory of its own.
    return plain.extend<ScratchFixture>({
      qmpScratch: async ({}, use) => useScratch(use),
    }) as unknown as TestAPI<C & ScratchFixture>;
  }
  // oxlint-enable no-empty-pattern
}

async function useScratch(use: (scratch: Scratch) => Promise<void>): Promise<void> {
  const { Cleanup, Scratch: FileScratch } = await import('./attempt.ts');
  const cleanup = new Cleanup();
  await use(new FileScratch(cleanup));
  await cleanup.close();
}
