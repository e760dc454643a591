export { Monitor, NO_MACHINE } from '../internals/qemu-driver.ts';
