export { Schema } from '../../../packages/qmp-mock/dist/schema/schema.js';
export type { CommandInfo } from '../../../packages/qmp-mock/dist/schema/schema.js';
export type { AlternateEntry, SchemaEntry } from '../../../packages/qmp-mock/dist/schema/introspection.js';
