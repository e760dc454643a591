export { Lines } from '../internals/qemu-driver.ts';
