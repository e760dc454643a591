export { learn } from '../../../packages/qmp-mock/build/learn/learn.js';
export { places } from '../../../packages/qmp-mock/build/learn/places.js';
export { fold, queryNames } from '../../../packages/qmp-mock/build/learn/queries.js';
export { askSchema } from '../../../packages/qmp-mock/build/learn/schema-file.js';
export { writeFolder } from '../../../packages/qmp-mock/build/learn/write-folder.js';
