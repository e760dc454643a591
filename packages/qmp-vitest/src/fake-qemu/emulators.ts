/**
 * The emulators that QEMU builds, after `qemu-system-` (`configs/targets/*-softmmu.mak` of QEMU's sources).
 */
const TARGETS: readonly string[] = [
  'aarch64',
  'alpha',
  'arm',
  'avr',
  'hppa',
  'i386',
  'loongarch64',
  'm68k',
  'microblaze',
  'mips',
  'mips64',
  'mips64el',
  'mipsel',
  'or1k',
  'ppc',
  'ppc64',
  'riscv32',
  'riscv64',
  'rx',
  's390x',
  'sh4',
  'sparc',
  'sparc64',
  'tricore',
  'x86_64',
  'xtensa',
];

/** Names that a fake QEMU goes by. */
export const EMULATORS: readonly string[] = [
  ...TARGETS.map((target) => `qemu-system-${target}`),
  'qemu-kvm',
  'kvm',
];
