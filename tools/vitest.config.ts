import { defineProject } from 'vitest/config';

// Not with the sources of the packages, as their own tests: the tools take them as they are built.
export default defineProject({ test: { name: 'tools', include: ['src/**/*.test.ts'], testTimeout: 60_000 } });
