export {
  compareVersions,
  findVersion,
  knownVersions,
} from '../../../packages/qmp-mock/dist/version/version-folders.js';
