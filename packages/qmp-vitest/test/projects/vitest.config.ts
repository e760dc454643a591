import { defineConfig, mergeConfig } from 'vitest/config';
import { shared } from '../../../../vitest.shared.ts';

/**
 * For the runs that the tests of this package start: the files end in `.nested.ts`, so that no other run
 * finds them.
 */
export default mergeConfig(
  shared,
  defineConfig({ test: { include: ['*.nested.ts'], sequence: { shuffle: false } } }),
);
