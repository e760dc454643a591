export { machineData } from '../../../packages/qmp-mock/dist/machine/machine-data.js';
export { CommandLineReader } from '../../../packages/qmp-mock/dist/process/command-line/command-line.js';
export { readOptions } from '../../../packages/qmp-mock/dist/process/command-line/option-names.js';
export { StartError } from '../../../packages/qmp-mock/dist/process/command-line/start-error.js';
