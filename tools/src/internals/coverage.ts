export { coverageOf } from '../../../packages/qmp-mock/build/process/coverage.js';
export type { Coverage } from '../../../packages/qmp-mock/build/process/coverage.js';
