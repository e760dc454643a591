import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

// A file that leaves something behind for the next is a mistake; and to import all sources anew for each took
// half of the run.
export default mergeConfig(shared, defineProject({ test: { name: 'qmp-vitest', isolate: false } }));
