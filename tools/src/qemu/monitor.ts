export { Monitor, NO_MACHINE, type GreetedVersion } from '../internals/qemu-driver.ts';
