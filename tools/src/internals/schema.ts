export { checkArguments } from '../../../packages/qmp-mock/dist/engine/schema/check-arguments.js';
export type { Schema } from '../../../packages/qmp-mock/dist/engine/schema/schema.js';
export type { CommandInfo } from '../../../packages/qmp-mock/dist/engine/schema/schema.js';
export { loadSchema } from '../../../packages/qmp-mock/dist/version/load-profile.js';
