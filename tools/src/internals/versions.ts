export { knownVersions } from '../../../packages/qmp-mock/dist/profile/data.js';
