export { checkArguments } from '../../../packages/qmp-mock/build/engine/schema/check-arguments.js';
export type { Schema } from '../../../packages/qmp-mock/build/engine/schema/schema.js';
export type { CommandInfo } from '../../../packages/qmp-mock/build/engine/schema/schema.js';
export { loadSchema } from '../../../packages/qmp-mock/build/version/load-profile.js';
