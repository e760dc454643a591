import { defineConfig, mergeConfig } from 'vitest/config';
import nested from '../vitest.config.ts';
import { OLDEST } from '../../support/versions.ts';

/** Both what the root provides and what a project provides are options of the tests. */
export default mergeConfig(
  nested,
  defineConfig({
    test: {
      provide: { qmpTransport: 'connect', mockOptions: { qemu: OLDEST }, qemuOptions: { paused: true } },
      projects: [
        { extends: true, test: { name: 'plain' } },
        { extends: true, test: { name: 'own', provide: { qmpTransport: 'fd' } } },
      ],
    },
  }),
);
