export { QemuProcess } from '../internals/qemu-driver.ts';
