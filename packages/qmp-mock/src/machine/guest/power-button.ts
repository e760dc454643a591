import type { Clock } from '../../engine/clock.ts';
import type { Consent } from './consent.ts';

/** Parts of a {@link PowerButton}. */
export interface PowerButtonParts {
  readonly consent: Consent;
  readonly clock: Clock;
  /** Whether the board tells its guest of the button: by ACPI. */
  readonly isWired: () => boolean;
  readonly isRunning: () => boolean;
  /** The guest powers off. */
  readonly powerOff: () => void;
  /** Does something once the reply is out of the command that runs now, if one does. */
  readonly later: (action: () => void) => void;
}

/** The power button, and what its guest makes of it: it powers off, at once, later or never. */
export class PowerButton {
  readonly #parts: PowerButtonParts;
  #isPressed = false;
  /** Calls off what the guest is about to do. */
  #cancel: (() => void) | undefined;

  constructor(parts: PowerButtonParts) {
    this.#parts = parts;
    parts.consent.whenChanged(() => {
      this.stop();
      this.#tellGuest();
    });
  }

  press(): void {
    this.#isPressed = this.#parts.isWired();
    this.#tellGuest();
  }

  /** The guest runs from now on. It sees a button that was pressed meanwhile. */
  ran(): void {
    this.#tellGuest();
  }

  /** Forgets that the button was pressed, because the machine has been reset. */
  reset(): void {
    this.stop();
    this.#isPressed = false;
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #tellGuest(): void {
    const { consent, clock, isRunning, later } = this.#parts;
    const { delay, shutdownMs } = consent;
    if (!this.#isPressed || this.#cancel !== undefined || delay === undefined || !isRunning()) return;
    const time = delay + shutdownMs;
    if (time === 0) later(() => this.#obey());
    else {
      const what = (): string => 'SHUTDOWN, when the guest powers off';
      this.#cancel = clock.after(time, () => this.#obey(), { kind: 'event', what });
    }
  }

  #obey(): void {
    this.#cancel = undefined;
    // A guest that was stopped in the meantime does it once it runs again.
    if (!this.#isPressed || !this.#parts.isRunning()) return;
    this.#isPressed = false;
    this.#parts.powerOff();
  }
}
