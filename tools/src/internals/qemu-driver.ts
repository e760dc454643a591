export { beforeExit } from '../../../packages/qmp-mock/dist/learn/lib/clean-up.js';
export { Scratch } from '../../../packages/qmp-mock/dist/learn/lib/scratch.js';
export { writeIdleGuest } from '../../../packages/qmp-mock/dist/learn/qemu/idle-guest.js';
export { Lines, NoLineError } from '../../../packages/qmp-mock/dist/learn/qemu/lines.js';
export { Monitor, NO_MACHINE } from '../../../packages/qmp-mock/dist/learn/qemu/monitor.js';
export type { GreetedVersion } from '../../../packages/qmp-mock/dist/learn/qemu/monitor.js';
export { QemuProcess } from '../../../packages/qmp-mock/dist/learn/qemu/process.js';
export { versionIn } from '../../../packages/qmp-mock/dist/learn/qemu/program.js';
export type { Program } from '../../../packages/qmp-mock/dist/learn/qemu/program.js';
