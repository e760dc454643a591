/**
 * The client, for projects that install only `qmp-vitest`: everything that `qmp-core` exports.
 *
 * @module
 */
export * from 'qmp-core';
