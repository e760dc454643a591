/** The files of this folder are the only ones that import what the packages do not export. */
export { generateTypes } from '../../../packages/qmp-core/build/qapi-gen/generate.js';
export { readIntrospection } from '../../../packages/qmp-core/build/qapi-gen/introspection.js';
