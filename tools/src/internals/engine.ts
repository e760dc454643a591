export { fromPlain, fromPrinted } from '../../../packages/qmp-mock/build/engine/json/plain.js';
export { QDict, QFloat } from '../../../packages/qmp-mock/build/engine/json/value.js';
export type { QValue } from '../../../packages/qmp-mock/build/engine/json/value.js';
export type { CommandHost } from '../../../packages/qmp-mock/build/engine/monitor/command-host.js';
export { MonitorSession } from '../../../packages/qmp-mock/build/engine/monitor/session.js';
export type { MonitorSessionOptions as SessionOptions } from '../../../packages/qmp-mock/build/engine/monitor/session-options.js';
export type { QemuProfile } from '../../../packages/qmp-mock/build/engine/profile.js';
export { loadProfile } from '../../../packages/qmp-mock/build/version/load-profile.js';
