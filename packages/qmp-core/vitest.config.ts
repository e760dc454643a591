import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

// With QMP_FAULT_PROXY a fault proxy stands between each client and its monitor; see qmp-vitest's README.
const torture = (process.env['QMP_FAULT_PROXY'] ?? '') !== '';

// A file that leaves something behind for the next is a mistake; and to import all sources anew for each took
// half of the run.
export default mergeConfig(
  shared,
  defineProject({
    test: { name: 'qmp-core', isolate: false, setupFiles: torture ? ['test/support/torture.ts'] : [] },
  }),
);
