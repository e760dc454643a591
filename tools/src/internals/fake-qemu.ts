export { FakeQemu } from '../../../packages/qmp-vitest/build/fake-qemu/fake-qemu.js';
