export { BATCH_DIALECT } from '../../../packages/qmp-mock/build/engine/json/dialect.js';
export { fromPlain } from '../../../packages/qmp-mock/build/engine/json/plain.js';
export { JsonParser } from '../../../packages/qmp-mock/build/engine/json/parser.js';
export { QDict, QFloat } from '../../../packages/qmp-mock/build/engine/json/value.js';
export type { QValue } from '../../../packages/qmp-mock/build/engine/json/value.js';
export type { CommandHost } from '../../../packages/qmp-mock/build/engine/monitor/command-host.js';
export { MonitorSession } from '../../../packages/qmp-mock/build/engine/monitor/session.js';
export type { QemuProfile } from '../../../packages/qmp-mock/build/engine/profile.js';
export { loadProfile } from '../../../packages/qmp-mock/build/version/load-profile.js';
