export { NODE_IMAGE_FILES } from '../../../packages/qmp-mock/build/process/node/image-files.js';
export { runImg } from '../../../packages/qmp-mock/build/qemu-img/run.js';
