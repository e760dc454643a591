/**
 * `qemu-img`, for programs that stand in for it themselves.
 *
 * @module
 */
export { runImg } from './run.ts';
export type { ImgContext } from './context.ts';
export { NODE_IMAGE_FILES } from '../process/node/image-files.ts';
export type { ByteFile, ImageFiles } from '../machine/block/image/byte-file.ts';
