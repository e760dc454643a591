/**
 * The client, for those who install `qmp-vitest` alone: everything that `qmp-core` exports.
 *
 * @module
 */
export * from 'qmp-core';
