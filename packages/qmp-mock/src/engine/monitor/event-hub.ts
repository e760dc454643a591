import type { Clock } from '../clock.ts';
import { EventThrottle } from './event-throttle.ts';
import { PrintedEvent, type EventMessage } from './messages.ts';

/** Where a hub sends events: a `MonitorSession`. */
export interface EventReceiver {
  /** Takes an event; drops it where its client has not negotiated. */
  sendEvent(event: EventMessage): void;
}

/** Options of an {@link EventHub}. */
export interface EventHubOptions {
  /** Gives events their time, and limited events their delay. */
  readonly clock: Clock;
  /** Told of each event that goes out, when it goes out, even where no monitor takes it. */
  readonly onEvent?: ((event: EventMessage) => void) | undefined;
}

/**
 * Sends the events of one machine to all its monitors, in the order in which they were added, and holds back those that QEMU limits in
 * rate. As in QEMU the limit belongs to the machine: a client that connects late can get what was held back before.
 *
 * @example
 * const hub = new EventHub({ clock });
 * hub.add(session);
 * hub.emit('RTC_CHANGE', { offset: 3, 'qom-path': '/machine/unattached/device[5]' });
 */
export class EventHub {
  readonly #clock: Clock;
  readonly #onEvent: ((event: EventMessage) => void) | undefined;
  readonly #receivers = new Set<EventReceiver>();
  readonly #throttle: EventThrottle<PrintedEvent>;

  constructor(options: EventHubOptions) {
    this.#clock = options.clock;
    this.#onEvent = options.onEvent;
    this.#throttle = new EventThrottle(options.clock, (event) => this.#fanOut(event));
  }

  /** Sends later events to a monitor as well. */
  add(receiver: EventReceiver): void {
    this.#receivers.add(receiver);
  }

  /** Sends a monitor no more. */
  delete(receiver: EventReceiver): void {
    this.#receivers.delete(receiver);
  }

  /**
   * An event happens now.
   *
   * @param data - What it says; leave it out where it says nothing.
   */
  emit(event: string, data?: unknown): void {
    this.#throttle.submit(new PrintedEvent(event, data, this.#clock.now()));
  }

  /** Drops what is held back and stops the timers: the machine has ended. */
  clear(): void {
    this.#throttle.clear();
  }

  #fanOut(event: PrintedEvent): void {
    this.#onEvent?.(event);
    for (const receiver of this.#receivers) receiver.sendEvent(event);
  }
}
