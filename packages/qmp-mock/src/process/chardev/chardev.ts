import type { Duplex } from 'node:stream';
import type { ChardevInfo } from '../../machine/machine-host.ts';

/** What is attached to a chardev: a monitor. */
export interface Frontend {
  /** A client is there. Calls `left` once, when it has gone. */
  connect(stream: Duplex, left: () => void): void;
  /** Ends the conversation that goes on, once what was written has been sent. */
  disconnect(): void;
}

/** A chardev of a fake QEMU: something through which a client reaches what is attached. */
export abstract class Chardev {
  /** Its id. */
  readonly label: string;
  /** QEMU's name for its kind. */
  abstract readonly kind: string;
  #frontend: Frontend | undefined;

  constructor(label: string) {
    this.label = label;
  }

  /** How `query-chardev` describes it. */
  abstract get filename(): string;

  /** Whether something is attached. */
  get busy(): boolean {
    return this.#frontend !== undefined;
  }

  /** What is attached. */
  protected get frontend(): Frontend | undefined {
    return this.#frontend;
  }

  /** Attaches a monitor. */
  attach(frontend: Frontend): void {
    this.#frontend = frontend;
    this.onAttach();
  }

  /** Takes the monitor off again. */
  detach(): void {
    this.#frontend?.disconnect();
    this.#frontend = undefined;
  }

  /** As `query-chardev` gives it. */
  get info(): ChardevInfo {
    const { label, kind, filename, busy } = this;
    return { label, kind, filename, frontendOpen: busy, busy };
  }

  /** Closes it for good; resolves when everything that was written has been sent. */
  abstract close(): Promise<void>;

  /** Something was attached. */
  protected abstract onAttach(): void;
}

/** A chardev without a world behind it. */
export class InertChardev extends Chardev {
  readonly kind: string;

  constructor(label: string, kind: string) {
    super(label);
    this.kind = kind;
  }

  get filename(): string {
    return this.kind;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  protected onAttach(): void {}
}

/** A device of the guest on a chardev, such as a serial port: takes what comes, says nothing. */
export class DeviceFrontend implements Frontend {
  #stream: Duplex | undefined;

  connect(stream: Duplex, left: () => void): void {
    this.#stream = stream;
    stream.resume();
    stream.once('end', () => stream.end());
    stream.once('close', left);
  }

  disconnect(): void {
    this.#stream?.end();
  }
}

/** Most frontends of one multiplexer (`MAX_MUX` of QEMU's `chardev/chardev-internal.h`). */
export const MAX_MUX = 4;

/** A multiplexer (`mux=on`): what is attached to it is attached to the chardev below. */
export class MuxChardev extends Chardev {
  readonly kind = 'mux';
  readonly #base: Chardev;
  #uses = 0;

  constructor(label: string, base: Chardev) {
    super(label);
    this.#base = base;
  }

  get filename(): string {
    return 'mux';
  }

  /** Whether no more frontends fit in. */
  get full(): boolean {
    return this.#uses >= MAX_MUX;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  protected onAttach(): void {
    this.#uses += 1;
    if (this.frontend !== undefined) this.#base.attach(this.frontend);
  }
}
