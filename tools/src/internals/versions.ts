export {
  compareVersions,
  findVersion,
  knownVersions,
} from '../../../packages/qmp-mock/build/version/version-folders.js';
