export { beforeExit } from '../../../packages/qmp-mock/build/learn/lib/clean-up.js';
export { Scratch } from '../../../packages/qmp-mock/build/learn/lib/scratch.js';
export { writeIdleGuest } from '../../../packages/qmp-mock/build/learn/qemu/idle-guest.js';
export { Lines, NoLineError } from '../../../packages/qmp-mock/build/learn/qemu/lines.js';
export { Monitor, NO_MACHINE } from '../../../packages/qmp-mock/build/learn/qemu/monitor.js';
export type { GreetedVersion } from '../../../packages/qmp-mock/build/learn/qemu/monitor.js';
export { QemuProcess } from '../../../packages/qmp-mock/build/learn/qemu/process.js';
export { versionIn } from '../../../packages/qmp-mock/build/learn/qemu/program.js';
export type { Program } from '../../../packages/qmp-mock/build/learn/qemu/program.js';
