import { defineProject } from 'vitest/config';

// Tests that share a machine see what the ones before them did: they run in the order they are written in.
export default defineProject({
  test: { name: 'shared-machine', testTimeout: 60_000, hookTimeout: 60_000, sequence: { shuffle: false } },
});
