import { defineProject } from 'vitest/config';

// Nobody needs QEMU to run these; QMP_BACKEND in the environment comes before this.
export default defineProject({ test: { name: 'recorded-jobs', provide: { qmpBackend: 'replay' } } });
