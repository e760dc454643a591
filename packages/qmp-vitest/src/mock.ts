/**
 * The mock, for projects that install only `qmp-vitest`: everything that `qmp-mock` exports.
 *
 * @module
 */
export * from 'qmp-mock';
