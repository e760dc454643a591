import type { Duplex } from 'node:stream';
import type { ChardevInfo } from '../../machine/machine-host.ts';
import type { ClientStream } from '../host.ts';
import { copyOutput } from './copy-output.ts';

/** Something attached to a chardev: a monitor, or a device of the guest. */
export interface Frontend {
  /** A client is there. Calls `left` when the next one may come. */
  connect(stream: Duplex, left: () => void): void;
  /** Ends the conversation that goes on, once what was written has been sent. */
  disconnect(): void;
}

/** A chardev: a way to reach what is attached to it. */
export abstract class Chardev {
  /** Its id. */
  readonly label: string;
  /** Takes a copy of everything that is written to its clients (`logfile`). */
  log: ((chunk: Uint8Array) => void) | undefined;
  /** QEMU's name for its kind. */
  abstract readonly kind: string;
  #users = 0;
  #reserved = false;
  #frontend: Frontend | undefined;

  constructor(label: string) {
    this.label = label;
  }

  /** Description of it in `query-chardev`. */
  abstract get filename(): string;

  /** Whether a frontend has claimed it. */
  get busy(): boolean {
    return this.#users > 0;
  }

  /** Whether somebody has it: a frontend, a multiplexer or a hub. */
  get taken(): boolean {
    return this.busy || this.#reserved;
  }

  /** Takes it for a multiplexer or a hub, which has no clients of its own here, or gives it back. */
  reserve(reserved: boolean): void {
    this.#reserved = reserved;
  }

  /** Number of frontends that have claimed it. */
  get users(): number {
    return this.#users;
  }

  /** The frontend that is attached. */
  protected get frontend(): Frontend | undefined {
    return this.#frontend;
  }

  /** Reserves it for a frontend that is attached later. */
  claim(): void {
    this.#users += 1;
  }

  /** The stream as a frontend is to have it. */
  protected logged(stream: Duplex): Duplex {
    return this.log === undefined ? stream : copyOutput(stream, this.log);
  }

  /** Attaches a frontend that has claimed it. */
  attach(frontend: Frontend): void {
    this.#frontend = frontend;
    this.onAttach();
  }

  /** Takes the frontend off again. */
  detach(): void {
    this.#users = Math.max(0, this.#users - 1);
    this.#frontend?.disconnect();
    this.#frontend = undefined;
  }

  /** Entry of it in `query-chardev`. */
  get info(): ChardevInfo {
    const { label, kind, filename, busy, taken } = this;
    return { label, kind, filename, frontendOpen: busy, busy: taken };
  }

  /** The QEMU runs now: before, nothing is read, nor the end of a client noticed. */
  run(): void {}

  /** Hands every client's stream on, untouched, to be served by another process. */
  relay(_take: (stream: ClientStream) => void): void {}

  /** Breaks the connection (`yank`); what was to be sent through it is lost. */
  yank(): void {}

  /**
   * Takes no client any more, and ends the conversation that goes on; resolves when nothing listens any more.
   */
  async release(): Promise<void> {}

  /** Resolves when everything that was written has been sent; what is not read within `grace` ms is lost. */
  async drained(_grace: number): Promise<void> {}

  /** A frontend was attached. */
  protected abstract onAttach(): void;
}

/** A chardev of a kind that no client reaches. */
export class InertChardev extends Chardev {
  readonly kind: string;
  readonly #onRelease: (() => void) | undefined;

  /** @param onRelease - Called when it is closed. */
  constructor(label: string, kind: string, onRelease?: () => void) {
    super(label);
    this.kind = kind;
    this.#onRelease = onRelease;
  }

  override async release(): Promise<void> {
    this.#onRelease?.();
  }

  get filename(): string {
    return this.kind;
  }

  protected onAttach(): void {}
}

/** Most frontends of one multiplexer (`MAX_MUX` of QEMU's `chardev/chardev-internal.h`). */
export const MAX_MUX = 4;

/** A multiplexer (`mux=on`): what is attached to it is attached to the chardev below. */
export class MuxChardev extends Chardev {
  readonly kind = 'mux';
  readonly #base: Chardev;

  constructor(label: string, base: Chardev) {
    super(label);
    this.#base = base;
  }

  get filename(): string {
    return 'mux';
  }

  override claim(): void {
    super.claim();
    if (!this.#base.busy) this.#base.claim();
  }

  protected onAttach(): void {
    if (this.frontend !== undefined) this.#base.attach(this.frontend);
  }
}
