/** Something that a keyboard, a mouse or a tablet has told the guest, in the terms of `input-send-event`. */
export type GuestInputEvent =
  | {
      /** A key went down or up. */
      readonly type: 'key';
      /** Its name (`QKeyCode` of QEMU's schema): `a`, `ret`, `ctrl`. `unmapped` for one without a name. */
      readonly key: string;
      readonly down: boolean;
    }
  | {
      /** A button went down or up: `left`, `middle`, `right`, `wheel-up`, … */
      readonly type: 'btn';
      readonly button: string;
      readonly down: boolean;
    }
  | {
      /** A mouse has moved by some steps (`rel`), or a tablet's pen to a place from 0 to 32 767 (`abs`). */
      readonly type: 'rel' | 'abs';
      readonly axis: 'x' | 'y';
      readonly value: number;
    };

/** Most events that are kept; the oldest ones go first. */
const MOST_EVENTS = 100_000;

/**
 * Everything that the guest has received of keyboards, mice and tablets: from `send-key`, `input-send-event`,
 * the human monitor's `sendkey` and `mouse_…`, and clients of VNC. A guest receives something only while it
 * runs, and only if the machine has a device for it.
 *
 * @example
 * await qmp.execute('send-key', { keys: [{ type: 'qcode', data: 'ret' }] })
 * mock.machine.guest.input.events // [{ type: 'key', key: 'ret', down: true }, { … down: false }]
 */
export interface GuestInput {
  /**
   * The events, oldest first; the last 100 000 of them. A key that is held (`hold-time`) is let go at once.
   */
  readonly events: readonly GuestInputEvent[];
  /** Names of the keys that went down, oldest first. */
  readonly keys: readonly string[];
  /** Forgets all of them. */
  clear(): void;
}

/** The side of a {@link GuestInput} that devices write to. */
export class ReceivedInput implements GuestInput {
  #events: GuestInputEvent[] = [];

  get events(): readonly GuestInputEvent[] {
    return [...this.#events];
  }

  get keys(): readonly string[] {
    return this.#events.flatMap((event) => (event.type === 'key' && event.down ? [event.key] : []));
  }

  clear(): void {
    this.#events = [];
  }

  /** The guest receives an event. */
  add(event: GuestInputEvent): void {
    this.#events.push(event);
    if (this.#events.length > MOST_EVENTS * 2) this.#events = this.#events.slice(-MOST_EVENTS);
  }
}
