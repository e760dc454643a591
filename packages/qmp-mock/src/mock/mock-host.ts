import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import { PROGRAM } from '../process/command-line/target.ts';
import { duplexPair } from '../process/chardev/duplex-pair.ts';
import { NodeHost } from '../process/node/node-host.ts';
import type { Host } from '../process/host.ts';

/** Parts of a {@link MockHost}. */
export interface MockHostOptions {
  readonly clock: Clock;
  /** Takes the output to the standard streams. */
  readonly print: (text: string) => void;
}

/** The host of a mock's QEMU: this process, except for its standard streams, daemonizing, and its end. */
export class MockHost extends NodeHost {
  override readonly clock: Clock;
  override readonly stdio: Host['stdio'];
  /** The other end of stdin and stdout: read the QEMU's output from it. */
  readonly terminal: Duplex;
  readonly #print: (text: string) => void;

  constructor({ clock, print }: MockHostOptions) {
    super(PROGRAM);
    this.clock = clock;
    this.#print = print;
    const [terminal, stdio] = duplexPair();
    this.terminal = terminal;
    this.stdio = () => stdio;
  }

  override stdout(text: string): void {
    this.#print(text);
  }

  override stderr(text: string): void {
    this.#print(text);
  }

  daemonize(): boolean {
    return true;
  }

  ready(): void {}

  exit(): void {}
}
