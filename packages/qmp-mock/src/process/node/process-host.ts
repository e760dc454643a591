import { closeSync, openSync, readdirSync } from 'node:fs';
import { strerror } from '../strerror.ts';
import { NodeHost } from './node-host.ts';
import { goIntoBackground, isInBackground } from './background.ts';

/** The device by which a program comes to KVM. */
const KVM = '/dev/kvm';

/**
 * A host for a QEMU that is this whole process. It goes into the background by starting itself again, and
 * ends with the QEMU.
 *
 * @example
 * const qemu = new VirtualQemu({ plan, profile, host: new ProcessHost('qemu-system-x86_64') })
 */
export class ProcessHost extends NodeHost {
  /** Whether this process is the one in the background (`-daemonize`). */
  readonly background: boolean = isInBackground();

  /** The threads of Node, beside the first; none where the system doesn't list them. */
  get threads(): readonly number[] {
    try {
      return readdirSync('/proc/self/task')
        .map(Number)
        .filter((thread) => thread !== process.pid);
    } catch {
      return [];
    }
  }

  daemonize(descriptors: readonly number[]): boolean {
    if (!this.background) goIntoBackground(descriptors);
    // As QEMU has it (`os_daemonize` of its `os-posix.c`): what it makes from now on isn't for everybody.
    else process.umask(0o027);
    return this.background;
  }

  /** Opens `/dev/kvm`, as QEMU does first. */
  whyNoKvm(): string | undefined {
    try {
      closeSync(openSync(KVM, 'r+'));
      return undefined;
    } catch (error) {
      return strerror(error);
    }
  }

  ready(): void {
    if (!this.background) return;
    process.chdir('/');
    // The parent, which reads what we print, is about to go.
    process.stderr.on('error', () => {});
    process.send?.('ready', () => process.disconnect());
  }

  exit(code: number, sent: Promise<void>): void {
    void sent.then(() => process.exit(code));
  }
}
