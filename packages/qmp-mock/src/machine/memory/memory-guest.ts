import type { Clock } from '../../engine/clock.ts';
import type { DeviceMemory, MemoryDevice } from './device-memory.ts';

/** Parts of the machine that {@link MemoryGuest} needs. */
export interface MemoryGuestParts {
  readonly memory: DeviceMemory;
  readonly clock: Clock;
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  readonly isRunning: () => boolean;
  /** Time in ms that the guest takes to do what it is asked to; `undefined` if it never does. */
  readonly delay: () => number | undefined;
  /** Path of the object of a device. */
  readonly pathOf: (device: MemoryDevice) => string | undefined;
  /** Does something once the reply is out of the command that runs now, if one does. */
  readonly later: (action: () => void) => void;
}

/** The guest as far as it takes and gives back memory of virtio-mem. */
export class MemoryGuest {
  readonly #parts: MemoryGuestParts;
  readonly #waiting = new Map<MemoryDevice, () => void>();

  constructor(parts: MemoryGuestParts) {
    this.#parts = parts;
  }

  /** Another size was asked for, or the guest runs from now on, or it has changed its mind. */
  act(): void {
    const { memory, clock, isRunning, delay, later } = this.#parts;
    const ms = delay();
    if (!isRunning() || ms === undefined) return;
    for (const device of memory.all) {
      if (device.kind !== 'virtio-mem' || device.taken === device.requested) continue;
      if (ms === 0) later(() => this.#take(device));
      else if (!this.#waiting.has(device)) {
        const what = (): string => `MEMORY_DEVICE_SIZE_CHANGE of ${device.id ?? device.memdev}`;
        this.#waiting.set(
          device,
          clock.after(ms, () => this.#take(device), { kind: 'event', what }),
        );
      }
    }
  }

  /** The machine has been reset: the guest has none of it, until it runs. */
  reset(): void {
    for (const device of this.#parts.memory.all) if (device.taken > 0) this.#set(device, 0);
    this.act();
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #take(device: MemoryDevice): void {
    this.#waiting.delete(device);
    if (!this.#parts.isRunning() || !this.#parts.memory.all.includes(device)) return;
    this.#set(device, Math.min(device.requested, device.size));
  }

  #set(device: MemoryDevice, size: number): void {
    if (device.taken === size) return;
    device.taken = size;
    const { emit, pathOf } = this.#parts;
    const id = device.id === undefined ? {} : { id: device.id };
    emit('MEMORY_DEVICE_SIZE_CHANGE', { ...id, size, 'qom-path': pathOf(device) });
  }
}
