import { QmpStateError } from 'qmp-core/errors';

/**
 * When a guest does what it is asked to, by `device_del` or the power button: `at-once`; `never`, as one that
 * doesn't listen; or after a time in ms, on the mock's clock.
 */
export type GuestConsent = 'at-once' | 'never' | { readonly afterMs: number };

/** Kinds of guests, as `fake-qemu --guest` and the option `guest` of a mock name them. */
export const GUEST_KINDS = ['obedient', 'deaf', 'none'] as const;

/**
 * One of {@link GUEST_KINDS}: one that does what it is asked to, one that doesn't listen, and a machine
 * without a guest.
 */
export type GuestKind = (typeof GUEST_KINDS)[number];

/** Whether and when a guest does what it is asked to. */
export class Consent {
  readonly #listeners: (() => void)[] = [];
  #present: boolean;
  #consents: GuestConsent;

  /** See `Guest.shutdownMs`. */
  #shutdownMs: number;

  constructor(kind: GuestKind = 'obedient', shutdownMs = 0) {
    this.#shutdownMs = shutdownMs;
    this.#present = kind !== 'none';
    this.#consents = kind === 'deaf' ? 'never' : 'at-once';
  }

  get present(): boolean {
    return this.#present;
  }

  set present(present: boolean) {
    this.#present = present;
    this.#changed();
  }

  get consents(): GuestConsent {
    return this.#consents;
  }

  set consents(consents: GuestConsent) {
    assertConsent(consents);
    this.#consents = consents;
    this.#changed();
  }

  get shutdownMs(): number {
    return this.#shutdownMs;
  }

  set shutdownMs(time: number) {
    if (typeof time !== 'number' || !(time >= 0 && time < Infinity)) {
      throw new QmpStateError(
        `\`machine.guest.shutdownMs\` is a number of ms from 0, not ${JSON.stringify(time)}`,
      );
    }
    this.#shutdownMs = time;
    this.#changed();
  }

  /** Calls back when it has changed its mind. */
  whenChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** How long it takes to do what it is asked to, in ms; `undefined` if it never does. */
  get delay(): number | undefined {
    if (!this.#present || this.#consents === 'never') return undefined;
    return this.#consents === 'at-once' ? 0 : this.#consents.afterMs;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function assertConsent(consents: unknown): asserts consents is GuestConsent {
  if (consents === 'at-once' || consents === 'never') return;
  const { afterMs } = (consents ?? {}) as { afterMs?: unknown };
  if (typeof afterMs === 'number' && afterMs >= 0 && afterMs < Infinity) return;
  throw new QmpStateError(
    `\`machine.guest.consents\` is 'at-once', 'never' or { afterMs: a number of ms from 0 }, not ${JSON.stringify(consents)}`,
  );
}
