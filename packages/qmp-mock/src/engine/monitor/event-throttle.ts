import type { Clock } from '../clock.ts';

/** Rate limit of a kind of event, with the rule for telling kinds apart. */
export interface EventLimit {
  /** Least time in ms between two events of a kind. */
  readonly interval: number;
  /** Member of `data` whose value tells kinds apart. Without it only the name counts. */
  readonly key?: string | undefined;
  /** Tells whether an event is exempt and goes out at once. */
  readonly exempt?: ((data: unknown) => boolean) | undefined;
}

const SECOND = 1000;

/**
 * QEMU's limits (`monitor/monitor.c`), by event. `BLOCK_IO_ERROR` goes out at once if the machine stops
 * because of it. It is limited only in versions that name the device by `qom-path` (10.0, not 7.2).
 */
const LIMITS: Readonly<Record<string, EventLimit>> = {
  BALLOON_CHANGE: { interval: SECOND },
  BLOCK_IO_ERROR: {
    interval: SECOND,
    key: 'qom-path',
    exempt: (data) => memberOf(data, 'action') === 'stop' || memberOf(data, 'qom-path') === undefined,
  },
  HV_BALLOON_STATUS_REPORT: { interval: SECOND },
  MEMORY_DEVICE_SIZE_CHANGE: { interval: SECOND, key: 'qom-path' },
  QUORUM_FAILURE: { interval: SECOND },
  QUORUM_REPORT_BAD: { interval: SECOND, key: 'node-name' },
  RTC_CHANGE: { interval: SECOND },
  VSERPORT_CHANGE: { interval: SECOND, key: 'id' },
  WATCHDOG: { interval: SECOND },
};

/** The limit of an event in QEMU's table, or `undefined` for an unlimited one. */
export function limitOf(event: string): EventLimit | undefined {
  return Object.hasOwn(LIMITS, event) ? LIMITS[event] : undefined;
}

function memberOf(data: unknown, key: string): unknown {
  if (data instanceof Map) return data.get(key);
  if (typeof data === 'object' && data !== null) return (data as Record<string, unknown>)[key];
  return undefined;
}

/** An event that was sent less than its interval ago, and the latest one since. */
interface Recent<T> {
  pending: T | undefined;
  cancel: () => void;
}

/**
 * Holds back events that come too often. The first of a kind goes out at once. Of those that come within the
 * interval, only the latest goes out, when the interval is over. Then a new interval begins.
 */
export class EventThrottle<T extends { readonly event: string; readonly data?: unknown }> {
  readonly #clock: Clock;
  readonly #send: (event: T) => void;
  readonly #recent = new Map<string, Recent<T>>();

  constructor(clock: Clock, send: (event: T) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Sends an event now or later, or never if a later one takes its place. */
  submit(event: T): void {
    const limit = limitOf(event.event);
    if (limit === undefined || limit.exempt?.(event.data) === true) {
      this.#send(event);
      return;
    }
    const kind =
      limit.key === undefined ? event.event : `${event.event} ${String(memberOf(event.data, limit.key))}`;
    const recent = this.#recent.get(kind);
    if (recent !== undefined) {
      recent.pending = event;
      return;
    }
    this.#send(event);
    const entry: Recent<T> = { pending: undefined, cancel: () => {} };
    this.#recent.set(kind, entry);
    const wait = (): void => {
      const what = (): string | undefined =>
        entry.pending && `${entry.pending.event}, of which QEMU sends one in ${limit.interval} ms`;
      const next = (): void => {
        const { pending } = entry;
        if (pending === undefined) {
          this.#recent.delete(kind);
          return;
        }
        entry.pending = undefined;
        wait();
        this.#send(pending);
      };
      entry.cancel = this.#clock.after(limit.interval, next, { kind: 'event', what });
    };
    wait();
  }

  /** Drops held-back events, and stops the timers. */
  clear(): void {
    for (const { cancel } of this.#recent.values()) cancel();
    this.#recent.clear();
  }
}
