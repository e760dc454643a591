export { modelTable } from '../../../packages/qmp-mock/build/machine/qdev/model-table.js';
export type { DeviceModel } from '../../../packages/qmp-mock/build/machine/qdev/model-table.js';
export { typeTable } from '../../../packages/qmp-mock/build/machine/types/type-table.js';
export type { TypeTable } from '../../../packages/qmp-mock/build/machine/types/type-table.js';
export { loadProfile } from '../../../packages/qmp-mock/build/version/load-profile.js';
