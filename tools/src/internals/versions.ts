export { knownVersions } from '../../../packages/qmp-mock/dist/version/version-folders.js';
