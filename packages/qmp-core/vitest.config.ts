import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

// With QMP_FAULT_PROXY a fault proxy stands between each client and its monitor; see qmp-vitest's README.
const torture = (process.env['QMP_FAULT_PROXY'] ?? '') !== '';

export default mergeConfig(
  shared,
  defineProject({
    test: { name: 'qmp-core', setupFiles: torture ? ['test/support/torture.ts'] : [] },
  }),
);
