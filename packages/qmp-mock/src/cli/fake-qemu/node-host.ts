import { NodeHost } from '../../process/node/node-host.ts';
import { goIntoBackground, isInBackground } from './daemon.ts';

/** The surroundings of `fake-qemu`: this process. */
export class FakeQemuHost extends NodeHost {
  readonly #background = isInBackground();

  daemonize(descriptors: readonly number[]): boolean {
    if (!this.#background) goIntoBackground(descriptors);
    // As QEMU has it (`os_daemonize` of its `os-posix.c`): what it makes from now on isn't for everybody.
    else process.umask(0o027);
    return this.#background;
  }

  ready(): void {
    if (!this.#background) return;
    process.chdir('/');
    // The parent, which reads what we print, is about to go.
    process.stderr.on('error', () => {});
    process.send?.('ready', () => process.disconnect());
  }

  exit(code: number, sent: Promise<void>): void {
    void sent.then(() => process.exit(code));
  }
}
