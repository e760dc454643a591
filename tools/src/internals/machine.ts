export { machineData } from '../../../packages/qmp-mock/build/machine/machine-data.js';
export { subjectsOf } from '../../../packages/qmp-mock/build/machine/setup/subject.js';
