export { writeIdleGuest } from '../internals/qemu-driver.ts';
