import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['bugs.ts'], testTimeout: 60_000, sequence: { shuffle: false } },
});
