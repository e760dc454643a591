import { describe, expect, it } from 'vitest';
import { MemoryHost } from '../../../test/support/memory-host.ts';
import { rulesOf, VERSIONS } from '../../../test/support/versions.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { readArguments } from '../command-line/read-arguments.ts';
import { StartError } from '../command-line/start-error.ts';
import { VirtualQemu } from '../virtual-qemu.ts';

/** A host without the device by which programs come to KVM. */
class BareHost extends MemoryHost {
  whyNoKvm(): string {
    return 'No such file or directory';
  }
}

/** Words of a start on standard error, and those on KVM; `undefined` if it doesn't start. */
async function start(host: MemoryHost, line: string, version: string): Promise<readonly unknown[]> {
  const profile = loadProfile(version);
  const { program, file } = host;
  const words = ['-nodefaults', '-display', 'none', '-S', ...line.split(' ')];
  const { plan, refusal } = readArguments(words, { profile, program, file });
  if (plan === undefined) throw refusal ?? new Error('it only prints something');
  const qemu = new VirtualQemu({ plan, profile, host });
  try {
    await qemu.start();
    return [host.errors, qemu.machine.humanMonitor.run('info kvm')];
  } catch (error) {
    if (error instanceof StartError) return [host.errors + error.format(program), undefined];
    throw error;
  } finally {
    await qemu.close();
  }
}

const ENABLED = 'kvm support: enabled\r\n';
const DISABLED = 'kvm support: disabled\r\n';

describe.each(VERSIONS)('QEMU %s', (version) => {
  const { kvmFailureNamed } = rulesOf(version);
  const failure = (place: string): string =>
    `${kvmFailureNamed ? `qemu-system-x86_64: ${place}` : ''}Could not access KVM kernel module: No such file or directory\n` +
    `qemu-system-x86_64: ${place}failed to initialize kvm: No such file or directory\n`;
  const back = 'qemu-system-x86_64: falling back to tcg\n';

  it.each([
    ['-machine none,accel=kvm:tcg', ENABLED],
    ['-machine none,accel=tcg:kvm', DISABLED],
    ['-machine none -accel kvm', ENABLED],
    ['-enable-kvm -machine q35 -cpu host', ENABLED],
    ['-machine none', DISABLED],
  ])('on a host with KVM starts %s', async (line, kvm) => {
    expect(await start(new MemoryHost(), line, version)).toEqual(['', kvm]);
  });

  it.each([
    ['-machine none,accel=kvm:tcg', failure('') + back, DISABLED],
    ['-machine none -accel kvm -accel tcg', failure('-accel kvm: ') + back, DISABLED],
    ['-machine none,accel=kvm', failure(''), undefined],
    ['-enable-kvm -machine none', failure(''), undefined],
    ['-machine none -accel kvm', failure('-accel kvm: '), undefined],
    [
      '-machine q35,accel=kvm:tcg -cpu host',
      `${failure('')}${back}qemu-system-x86_64: CPU model 'host' requires KVM or HVF\n`,
      undefined,
    ],
  ])('on a host without KVM, %s', async (line, errors, kvm) => {
    expect(await start(new BareHost(), line, version)).toEqual([errors, kvm]);
  });
});
