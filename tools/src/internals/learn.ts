export { learn } from '../../../packages/qmp-mock/dist/learn/learn.js';
export { places } from '../../../packages/qmp-mock/dist/learn/places.js';
export { fold, queryNames } from '../../../packages/qmp-mock/dist/learn/queries.js';
export { askSchema } from '../../../packages/qmp-mock/dist/learn/schema-file.js';
export { writeFolder } from '../../../packages/qmp-mock/dist/learn/write-folder.js';
