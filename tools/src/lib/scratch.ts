export { Scratch } from '../internals/qemu-driver.ts';
