import { defineProject } from 'vitest/config';

export default defineProject({ test: { name: 'backup', testTimeout: 60_000 } });
