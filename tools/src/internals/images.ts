export {
  ImageError,
  ImageNotModelled,
} from '../../../packages/qmp-mock/build/machine/block/image/byte-file.js';
export type { ByteFile, ImageFiles } from '../../../packages/qmp-mock/build/machine/block/image/byte-file.js';
export { walkChain } from '../../../packages/qmp-mock/build/machine/block/image/chain.js';
export { openImage } from '../../../packages/qmp-mock/build/machine/block/image/open-image.js';
export { createQcow2 } from '../../../packages/qmp-mock/build/machine/block/image/qcow2/create.js';
export { Qcow2Image } from '../../../packages/qmp-mock/build/machine/block/image/qcow2/qcow2-image.js';
export { createSnapshot } from '../../../packages/qmp-mock/build/machine/block/image/qcow2/snapshots.js';
export { NODE_IMAGE_FILES } from '../../../packages/qmp-mock/build/process/node/image-files.js';
export { runImg } from '../../../packages/qmp-mock/build/qemu-img/run.js';
