/**
 * Modules of the packages that are not public. Every import of one is in this file, so that a move in a package is a
 * change of one line here.
 */
export { generateTypes } from '../../packages/qmp-core/dist/qapi-gen/generate.js';
export { readIntrospection } from '../../packages/qmp-core/dist/qapi-gen/introspection.js';
