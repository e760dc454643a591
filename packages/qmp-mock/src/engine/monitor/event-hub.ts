import type { Clock } from '../clock.ts';
import { EventThrottle } from './event-throttle.ts';
import { PrintedEvent, type EventMessage } from './messages.ts';

/** Receiver of a hub's events: a `MonitorSession`. */
export interface EventReceiver {
  /** Takes an event. Drops it if its client has not negotiated. */
  sendEvent(event: EventMessage): void;
}

/** Options of an {@link EventHub}. */
export interface EventHubOptions {
  /** Clock for the times of events, and for the delays of limited ones. */
  readonly clock: Clock;
  /** Called with each event when it goes out, even if no monitor takes it. */
  readonly onEvent?: ((event: EventMessage) => void) | undefined;
}

/**
 * Sends the events of one machine to all its monitors, in the order in which the monitors were added, and
 * holds back events whose rate QEMU limits. As in QEMU, the limit belongs to the machine, so a client that
 * connects late can get an event that was held back before.
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

  /** Stops sending events to a monitor. */
  delete(receiver: EventReceiver): void {
    this.#receivers.delete(receiver);
  }

  /**
   * Emits an event.
   *
   * @param data - Its data; leave it out for an event without data.
   */
  emit(event: string, data?: unknown): void {
    this.#throttle.submit(new PrintedEvent(event, data, this.#clock.now()));
  }

  /** Drops held-back events and stops the timers, because the machine has ended. */
  clear(): void {
    this.#throttle.clear();
  }

  #fanOut(event: PrintedEvent): void {
    this.#onEvent?.(event);
    for (const receiver of this.#receivers) receiver.sendEvent(event);
  }
}
