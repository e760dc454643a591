import { defineProject } from 'vitest/config';

export default defineProject({
  test: { name: 'several-machines', testTimeout: 60_000, hookTimeout: 60_000 },
});
