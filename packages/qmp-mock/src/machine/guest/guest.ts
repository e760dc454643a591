import type { Power } from '../run-state/power.ts';

/** The controls of a guest. Each call sends QEMU's events, in QEMU's order. */
export interface Guest {
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

/**
 * Makes the guest of a machine, which makes QEMU send events when it does something by itself.
 *
 * @example
 * machine.guest.panic() // GUEST_PANICKED poweroff, STOP, SHUTDOWN guest-panic, end
 */
export function createGuest(
  power: Power,
  emit: (event: string, data?: Record<string, unknown>) => void,
): Guest {
  const panicked = (action: string, info?: Record<string, unknown>): void =>
    emit('GUEST_PANICKED', info === undefined ? { action } : { action, info });
  return {
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
