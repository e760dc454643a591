export { machineData } from '../../../packages/qmp-mock/build/machine/machine-data.js';
export { CommandLineReader } from '../../../packages/qmp-mock/build/process/command-line/command-line.js';
export { readOptions } from '../../../packages/qmp-mock/build/process/command-line/option-names.js';
export { StartError } from '../../../packages/qmp-mock/build/process/command-line/start-error.js';
