import type { QmpGreeting } from 'qmp-core';

/** Versions that this worker has met, by the kind of machine. */
const met: Partial<Record<'mock' | 'qemu', string>> = {};
let told = false;

/**
 * Notes a machine's version. If a worker meets a mock of one version and a QEMU of another, it warns once:
 * the same test then talks to two different schemas.
 */
export function noteVersion(kind: 'mock' | 'qemu', greeting: QmpGreeting | null): void {
  if (greeting === null) return;
  const { major, minor } = greeting.QMP.version.qemu;
  met[kind] = `${major}.${minor}`;
  if (told || met.mock === undefined || met.qemu === undefined || met.mock === met.qemu) return;
  told = true;
  console.warn(
    `This run has mocks of QEMU ${met.mock} and a real QEMU ${met.qemu}: a feature of one may be missing in the other. ` +
      "With `mockOptions: { qemu: 'installed' }` the mock imitates the installed QEMU.",
  );
}
