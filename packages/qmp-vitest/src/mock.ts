/**
 * The mock, for those who install `qmp-vitest` alone: everything that `qmp-mock` exports.
 *
 * @module
 */
export * from 'qmp-mock';
