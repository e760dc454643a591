import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'tools', 'examples/*/vitest.config.ts'],
    // Vitest leaves a CPU to itself, which of two is half.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
