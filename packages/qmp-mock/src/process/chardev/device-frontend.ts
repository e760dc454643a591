import type { Duplex } from 'node:stream';
import type { Frontend } from './chardev.ts';

/** A device of the guest on a chardev, such as a serial port: takes what comes, says nothing. */
export class DeviceFrontend implements Frontend {
  #stream: Duplex | undefined;

  connect(stream: Duplex, left: () => void): void {
    this.#stream = stream;
    stream.on('data', () => {});
    stream.resume();
    stream.once('end', () => stream.end());
    stream.once('close', left);
  }

  disconnect(): void {
    const stream = this.#stream;
    stream?.end(() => stream.destroy());
  }
}
