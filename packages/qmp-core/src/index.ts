export * from './errors.ts';
export type * from './qapi/schema.ts';
