import { QmpStateError } from 'qmp-core/errors';
import type { Clock } from '../../engine/clock.ts';
import { genericError } from '../command.ts';
import type { Consent } from '../guest/consent.ts';
import type { RunningTime } from '../run-state/running-time.ts';
import { withDevicesBehind, type Deleted } from './departure.ts';
import { devicePath } from './device-path.ts';
import type { Device } from './device-tree.ts';
import type { HotplugHandler } from './hotplug-handler.ts';

/** The devices of a machine, as far as they are unplugged. */
export interface UnpluggableDevices {
  /** How a device is unplugged. */
  handlerOf(device: Device): HotplugHandler;
  /** Refuses to ask a device that the board never lets go, in QEMU's words. */
  checkUnplug(device: Device): void;
  /** Those that go together with it: the functions of its slot, in the order in which they go. */
  companionsOf(device: Device, handler: HotplugHandler): readonly Device[];
  /** Whether the guest can eject it: not if it's a bridge that ACPI knows from the start. */
  isEjectable(device: Device): boolean;
  /** Puts devices into the order in which a reset ejects them. */
  inOrder(devices: Iterable<Device>): readonly Device[];
  /** Takes it away, with everything behind it, and tells what DEVICE_DELETED tells of that. */
  forget(device: Device): readonly Deleted[];
}

/** Parts of {@link Unplugging}. */
export interface UnpluggingParts {
  readonly devices: UnpluggableDevices;
  readonly consent: Consent;
  readonly runningTime: RunningTime;
  readonly isRunning: () => boolean;
  readonly clock: Clock;
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  /** Whether the version tells of a module of memory by an event of its own, too. */
  readonly hasMemoryEvent: () => boolean;
  /** Does something once the reply is out of the command that runs now, if one does. */
  readonly later: (action: () => void) => void;
}

/** A device that was asked to go. */
interface Request {
  readonly handler: HotplugHandler;
  /** When it may be asked again, in ms that the guest has run. */
  until: number;
  /** Calls off what the guest is about to do. */
  cancel?: (() => void) | undefined;
}

/**
 * How long the guest has, after the button of a port was pressed, before it may be pressed again, in ms
 * (`hw/pci/pcie.c`).
 */
const BUTTON_TIME = 5000;

/** Devices that were asked to go, and what becomes of them: `device_del`, the guest's consent, resets. */
export class Unplugging {
  readonly #parts: UnpluggingParts;
  readonly #requests = new Map<Device, Request>();
  /** Devices behind a port that no guest has powered. */
  readonly #unpowered = new Set<Device>();

  constructor(parts: UnpluggingParts) {
    this.#parts = parts;
    parts.consent.whenChanged(() => this.#consentChanged());
  }

  /** A device has come while the machine was there. */
  plugged(device: Device): void {
    if (!this.#guestActs && this.#parts.devices.handlerOf(device) === 'port') this.#unpowered.add(device);
  }

  /**
   * Asks a device to go. Throws QEMU's refusal (`qmp_device_del` in `system/qdev-monitor.c`).
   *
   * @param name - Name that the client uses.
   */
  ask(device: Device, name: string): void {
    const { devices, runningTime, later } = this.#parts;
    const handler = devices.handlerOf(device);
    const earlier = this.#requests.get(device);
    if (earlier !== undefined && earlier.until > runningTime.ms) {
      throw genericError(`Device ${name} is already in the process of unplug`);
    }
    devices.checkUnplug(device);
    if (handler === 'at-once' || this.#unpowered.has(device)) {
      later(() => this.#leave(devices.companionsOf(device, handler)));
      return;
    }
    if (handler === 'port' && earlier?.cancel !== undefined) {
      throw genericError('Hot-unplug failed: guest is busy (power indicator blinking)');
    }
    const until = this.#askAgainAt(handler);
    if (earlier === undefined) this.#requests.set(device, { handler, until });
    else earlier.until = until;
    this.#tellGuest(device);
  }

  /** The guest runs from now on, or has stopped. */
  ran(running: boolean): void {
    this.#parts.runningTime.running = running;
    if (running) this.#guestStarts();
  }

  /**
   * The machine has been reset: what ACPI has asked to go is ejected, and ports are powered
   * (`acpi_pcihp_reset`).
   */
  reset(): void {
    const { devices, later } = this.#parts;
    this.#unpowered.clear();
    const ejected = [...this.#requests].filter(
      ([device, { handler }]) => handler === 'acpi' && devices.isEjectable(device),
    );
    for (const device of devices.inOrder(ejected.map(([asked]) => asked))) {
      later(() => this.#leave(devices.companionsOf(device, 'acpi')));
    }
  }

  /**
   * The guest refuses to let a device go.
   *
   * @param id - Its id.
   * @param message - Reason that is told of a module of memory.
   * @throws QmpStateError if no such device was asked to go.
   */
  refuse(id: string, message: string = 'the guest refuses'): void {
    const { emit, hasMemoryEvent } = this.#parts;
    const [device, request] = [...this.#requests].find(([asked]) => asked.id === id) ?? [];
    if (device === undefined || request === undefined) {
      throw new QmpStateError(
        `No device ${id} waits to be unplugged: send \`device_del\` first, to a guest that doesn't consent at once`,
      );
    }
    request.cancel?.();
    this.#requests.delete(device);
    if (request.handler === 'memory' && hasMemoryEvent())
      emit('MEM_UNPLUG_ERROR', { device: id, msg: message });
    emit('DEVICE_UNPLUG_GUEST_ERROR', { device: id, path: devicePath(device) });
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    for (const request of this.#requests.values()) {
      request.cancel?.();
      request.cancel = undefined;
    }
  }

  get #guestActs(): boolean {
    return this.#parts.isRunning() && this.#parts.consent.delay !== undefined;
  }

  /**
   * ACPI holds a request back until the virtual clock has passed the time of the one before. Before the guest
   * has run for the first time that is 0, which stands for ever.
   */
  #askAgainAt(handler: HotplugHandler): number {
    const { runningTime } = this.#parts;
    if (handler === 'port') return runningTime.ms + BUTTON_TIME;
    return handler === 'acpi' && !runningTime.hasBegun ? Infinity : 0;
  }

  #consentChanged(): void {
    this.stop();
    if (this.#parts.isRunning()) this.#guestStarts();
  }

  #guestStarts(): void {
    if (!this.#guestActs) return;
    this.#unpowered.clear();
    for (const device of this.#requests.keys()) this.#tellGuest(device);
  }

  #tellGuest(device: Device): void {
    const { devices, consent, clock, later } = this.#parts;
    const request = this.#requests.get(device);
    const { delay } = consent;
    if (request === undefined || request.cancel !== undefined || delay === undefined) return;
    if (!this.#parts.isRunning() || (request.handler === 'acpi' && !devices.isEjectable(device))) return;
    const act = (): void => {
      request.cancel = undefined;
      // A guest that was stopped in the meantime does it once it runs again.
      if (this.#requests.get(device) === request && this.#parts.isRunning()) {
        this.#leave(devices.companionsOf(device, request.handler));
      }
    };
    if (delay === 0) later(act);
    else {
      const what = (): string => `DEVICE_DELETED of ${device.id ?? device.type}, when the guest lets it go`;
      request.cancel = clock.after(delay, act, { kind: 'event', what });
    }
  }

  #leave(leaving: readonly Device[]): void {
    const { devices, emit } = this.#parts;
    for (const device of leaving) {
      for (const gone of withDevicesBehind(device)) {
        this.#requests.get(gone)?.cancel?.();
        this.#requests.delete(gone);
        this.#unpowered.delete(gone);
      }
      for (const deleted of devices.forget(device)) emit('DEVICE_DELETED', { ...deleted });
    }
  }
}
