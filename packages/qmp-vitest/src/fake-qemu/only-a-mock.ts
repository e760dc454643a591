import { QmpStateError } from 'qmp-core';
import type { QmpBackend } from '../options.ts';

/** Machines that aren't mocks, in words. */
const KINDS: Readonly<Record<Exclude<QmpBackend, 'mock'>, string>> = {
  qemu: 'a real QEMU',
  record: 'a real QEMU',
  replay: 'the replay of a recording',
};

/** Throws, because only a mock can do it. */
export function onlyAMock(member: string, backend: Exclude<QmpBackend, 'mock'>): never {
  const [whose, is] = member.startsWith('fakeQemu.')
    ? ['mocks', 'this test starts']
    : ['a mock', 'this machine is'];
  throw new QmpStateError(
    `\`${member}\` is for ${whose}, and ${is} ${KINDS[backend]}, as QMP_BACKEND or the option \`qmpBackend\` asks for. ` +
      "Give the tests that script their machine `test.override('qmpBackend', 'mock')`.",
  );
}
