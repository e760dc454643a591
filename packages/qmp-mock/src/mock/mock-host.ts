import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import { PROGRAM } from '../process/command-line/target.ts';
import { duplexPair } from '../process/chardev/duplex-pair.ts';
import { NodeHost } from '../process/node/node-host.ts';
import type { Host } from '../process/host.ts';

/** Parts of a {@link MockHost}. */
export interface MockHostOptions {
  readonly clock: Clock;
  /** Takes what goes to the standard streams. */
  readonly print: (text: string) => void;
}

/** The surroundings of a mock's QEMU: this process, but for its standard streams, the background, and its end. */
export class MockHost extends NodeHost {
  override readonly clock: Clock;
  override readonly stdio: Host['stdio'];
  /** The other end of standard input and output: read from it what the QEMU writes. */
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
