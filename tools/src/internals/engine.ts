export { BATCH_DIALECT } from '../../../packages/qmp-mock/dist/engine/json/dialect.js';
export { fromPlain } from '../../../packages/qmp-mock/dist/engine/json/plain.js';
export { JsonParser } from '../../../packages/qmp-mock/dist/engine/json/parser.js';
export { QDict, QFloat } from '../../../packages/qmp-mock/dist/engine/json/value.js';
export type { QValue } from '../../../packages/qmp-mock/dist/engine/json/value.js';
export type { CommandHost } from '../../../packages/qmp-mock/dist/engine/monitor/command-host.js';
export { MonitorSession } from '../../../packages/qmp-mock/dist/engine/monitor/session.js';
export type { QemuProfile } from '../../../packages/qmp-mock/dist/engine/profile.js';
export { loadProfile } from '../../../packages/qmp-mock/dist/version/load-profile.js';
