import type { Power } from '../run-state/power.ts';
import type { Consent, GuestConsent } from './consent.ts';
import type { GuestInput } from './input.ts';
import type { Screen, ScreenPicture } from './screen.ts';

/** The controls of a guest, and how it behaves by itself. Each call sends QEMU's events, in QEMU's order. */
export interface Guest {
  /**
   * Whether it lets devices go that `device_del` asks for, and powers off at `system_powerdown`, and when:
   * `'at-once'` (after the reply), `'never'`, or after a time on the mock's clock. It acts only while the
   * machine runs: with `-S`, not before `cont`. A change holds for what waits already, too. Default:
   * `'at-once'`. USB and SCSI devices, and ports of virtio-serial, go without its consent, as in QEMU. On a
   * board without ACPI no guest learns of the power button.
   *
   * @throws QmpStateError if it is set to something else.
   */
  consents: GuestConsent;
  /**
   * How long its operating system takes to shut down once it heeds the power button, in ms on the mock's
   * clock: until then the machine runs. A change holds for what waits already, too. Default: 0, so that a
   * test doesn't wait; in the program `fake-qemu` 1000, so that a manager has time to see its VM shut down.
   *
   * @throws QmpStateError if it isn't a number from 0.
   * @example
   * mock.machine.guest.shutdownMs = 5000
   */
  shutdownMs: number;
  /**
   * Whether there is a guest. Without one, a device that needs consent stays until a reset, and the power
   * button does nothing, as in a QEMU that boots nothing. Default: true.
   */
  present: boolean;
  /** Everything that it has received of keyboards, mice and tablets. */
  readonly input: GuestInput;
  /**
   * The picture on its screen: `screendump` writes it, and clients of VNC see it. A machine of its own shows
   * a black one, of 640 x 480 pixels before it has run, and then of 720 x 400 if it has a graphics card.
   * `undefined` gives it back. A new picture reaches clients of VNC at once.
   *
   * @throws QmpStateError if `rgb` doesn't have three bytes for each pixel.
   * @example
   * mock.machine.guest.screen = { width: 2, height: 1, rgb: Uint8Array.of(255, 0, 0, 0, 0, 255) }
   */
  get screen(): ScreenPicture;
  set screen(picture: ScreenPicture | undefined);
  /**
   * Refuses to let a device go that `device_del` has asked for: DEVICE_UNPLUG_GUEST_ERROR; for a module of
   * memory MEM_UNPLUG_ERROR comes before it. The device stays; it may be asked again.
   *
   * @param device - Its id.
   * @param message - `msg` of MEM_UNPLUG_ERROR. Default: `the guest refuses`.
   * @throws QmpStateError if no such device was asked to go.
   */
  refuseUnplug(device: string, message?: string): void;
  /**
   * Writes to a disk: dirty bitmaps, statistics and thresholds take note of it, a mirror follows, and a
   * backup copies first what was there.
   *
   * @param device - Name of a drive, id of the device that has it, or name of a block node.
   * @param offset - First byte that is written.
   * @throws QmpStateError if there is no such disk, if it is read only, or shorter.
   * @example
   * mock.machine.guest.write('disk0', 0, new Uint8Array(65_536).fill(1))
   */
  write(device: string, offset: number, bytes: Uint8Array): void;
  /** ACPI S5: SHUTDOWN `guest-shutdown`, then the end of the machine (with `-no-shutdown`: STOP). */
  powerOff(): void;
  /** RESET `guest-reset` (with `-no-reboot`: SHUTDOWN `guest-reset`). */
  reset(): void;
  /** ACPI S3: SUSPEND; the run state is `suspended` until `system_wakeup`. */
  suspend(): void;
  /** The guest wakes by itself (a key, a timer): WAKEUP. */
  wake(): void;
  /** ACPI S4: SUSPEND_DISK, then as {@link powerOff}. */
  hibernate(): void;
  /** pvpanic: GUEST_PANICKED, then the action of `-action panic=`. `info` becomes the event's `info`. */
  panic(info?: Record<string, unknown>): void;
  /** pvpanic, crash kernel loaded: GUEST_CRASHLOADED `run`. */
  crashLoaded(): void;
  /** The watchdog fires: WATCHDOG, then the action of `-action watchdog=`. */
  watchdog(): void;
}

/** Parts of a machine that its guest acts on. */
export interface GuestParts {
  readonly power: Power;
  readonly consent: Consent;
  readonly emit: (event: string, data?: Record<string, unknown>) => void;
  readonly refuseUnplug: Guest['refuseUnplug'];
  readonly input: GuestInput;
  readonly screen: Screen;
  readonly write: Guest['write'];
}

/**
 * Makes the guest of a machine, which makes QEMU send events when it does something by itself.
 *
 * @example
 * machine.guest.panic() // GUEST_PANICKED poweroff, STOP, SHUTDOWN guest-panic, end
 */
export function createGuest(parts: GuestParts): Guest {
  const { power, consent, emit, refuseUnplug, input, screen, write } = parts;
  const panicked = (action: string, info?: Record<string, unknown>): void =>
    emit('GUEST_PANICKED', info === undefined ? { action } : { action, info });
  return {
    get consents() {
      return consent.consents;
    },
    set consents(consents) {
      consent.consents = consents;
    },
    get shutdownMs() {
      return consent.shutdownMs;
    },
    set shutdownMs(time) {
      consent.shutdownMs = time;
    },
    get present() {
      return consent.present;
    },
    set present(present) {
      consent.present = present;
    },
    input,
    get screen() {
      return screen.picture;
    },
    set screen(picture) {
      screen.show(picture);
    },
    refuseUnplug,
    write,
    powerOff: () => power.shutdown('guest-shutdown'),
    reset: () => power.reset('guest-reset'),
    suspend: () => power.suspend(),
    wake: () => power.wakeup(),
    hibernate() {
      emit('SUSPEND_DISK');
      power.shutdown('guest-shutdown');
    },
    panic(info) {
      const { panic, shutdown } = power.actions;
      if (panic === 'none') {
        panicked('run', info);
      } else if (panic === 'pause' || (panic === 'shutdown' && shutdown === 'pause')) {
        panicked('pause', info);
        power.halt('guest-panicked');
      } else {
        panicked('poweroff', info);
        power.halt('guest-panicked');
        power.shutdown('guest-panic');
      }
    },
    crashLoaded: () => emit('GUEST_CRASHLOADED', { action: 'run' }),
    watchdog() {
      const action = power.actions.watchdog;
      emit('WATCHDOG', { action });
      if (action === 'reset') power.reset('guest-reset');
      if (action === 'shutdown') power.powerdown();
      if (action === 'poweroff') power.cut();
      if (action === 'pause') power.halt('watchdog');
    },
  };
}
