import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Workspace packages resolve to their TypeScript sources, so that a test run needs no stale build. */
const conditions = ['qmp-test-source', 'module', 'node', 'development|production'];

export const shared: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['qmp-test-source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    sequence: { shuffle: true },
    unstubEnvs: true,
  },
});
