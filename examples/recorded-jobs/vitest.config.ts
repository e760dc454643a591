import { defineProject } from 'vitest/config';

// Nobody needs QEMU to run these; QMP_BACKEND in the environment comes before this.
export default defineProject({
  test: {
    name: 'recorded-jobs',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    provide: { qmpBackend: 'replay' },
  },
});
