export { Lines, NoLineError } from '../internals/qemu-driver.ts';
