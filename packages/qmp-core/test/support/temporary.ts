export { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';
