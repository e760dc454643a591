import { defineConfig } from 'vitest/config';
import { shared } from '../../../../vitest.shared.ts';

/**
 * For the runs that the tests of this package start: the files end in `.nested.ts`, so that no other run
 * finds them. They get what was built, as a user does, and Node loads it as it is: to transform all sources
 * anew would take most of each run.
 */
export default defineConfig({
  test: {
    ...shared.test,
    include: ['*.nested.ts'],
    sequence: { shuffle: false },
    server: { deps: { external: [/\/packages\/qmp-[a-z]+\/dist\//] } },
  },
});
