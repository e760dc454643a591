import { decodeUtf8, encodeUtf8 } from '../../engine/bytes.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { BlockBackends } from '../block/backend/backends.ts';
import type { GivenOption } from '../machine-options.ts';
import { devicePath } from '../qdev/device-path.ts';
import type { Devices } from '../qdev/devices.ts';
import type { Board } from '../setup/board.ts';
import { subjectsOf } from '../setup/subject.ts';
import type { Power } from '../run-state/power.ts';

/** First line of a state that a mock has saved: a real QEMU's begins with `QEVM`. */
const HEAD = 'qmp-mock machine state 1\n';

/** Options whose argument names files and backends: a machine is the same with others. */
const NAMES_BACKENDS = /^(serial|parallel|debugcon)$/;
/** Options that say nothing about the machine itself, or that the devices and drives tell by themselves. */
const OF_OTHERS =
  /^(device|drive|blockdev|hd[a-d]|fd[ab]|cdrom|sd|mtdblock|pflash|disk image|snapshot|display|add-fd|gdb|s|qtest)$/;
/** Devices with a state that isn't saved. */
const HAS_STATE = /^virtio-mem-/;

/** A machine as far as a snapshot of it can be loaded again. */
interface SavedMachine {
  readonly qemu: string;
  readonly type: string;
  readonly memory: number;
  readonly cpus: number;
  readonly options: readonly string[];
  readonly devices: readonly string[];
  /** Drives whose tray is open or locked. */
  readonly trays: readonly string[];
  /** Whether its guest had run. */
  readonly hasRun: boolean;
}

/** Parts of the machine that {@link MachineState} needs. */
export interface MachineStateParts {
  /** Version of QEMU. */
  readonly qemu: string;
  readonly board: Board;
  readonly given: readonly GivenOption[];
  readonly devices: () => Devices;
  readonly backends: BlockBackends;
  readonly power: Power;
}

/**
 * The machine's state that snapshots keep: what the mock models of it, in a form of the mock's own. It's
 * loaded into a machine that was started alike, by this process or by another.
 */
export class MachineState {
  readonly #parts: MachineStateParts;

  constructor(parts: MachineStateParts) {
    this.#parts = parts;
  }

  /** The state as bytes. */
  save(): Uint8Array {
    return encodeUtf8(HEAD + JSON.stringify(this.#describe()));
  }

  /**
   * Looks at a state: says "not modelled" of one that a real QEMU has written, or of another machine.
   *
   * @returns A function that gives the machine this state.
   */
  prepare(bytes: Uint8Array): () => void {
    const saved = read(bytes);
    const now = this.#describe();
    const isSame = (['qemu', 'type', 'memory', 'cpus', 'options', 'trays'] as const).every(
      (name) => JSON.stringify(saved[name]) === JSON.stringify(now[name]),
    );
    if (!isSame) notModelled('a snapshot of a machine that was started in another way');
    // One that has come since then is reset; without one that has gone, QEMU fails in the middle.
    if (!saved.devices.every((device) => now.devices.includes(device)))
      notModelled('a snapshot of a machine with other devices');
    if (saved.devices.some((device) => HAS_STATE.test(device)))
      notModelled('a snapshot of memory that the guest plugs');
    return () => this.#parts.power.restored(saved.hasRun);
  }

  #describe(): SavedMachine {
    const { qemu, board, given, devices, backends, power } = this.#parts;
    const { type, memory, cpus } = board;
    return {
      qemu,
      type,
      memory,
      cpus,
      options: given.flatMap(({ name, argument }) => {
        if (name !== 'nodefaults' && (subjectsOf(name).length === 0 || OF_OTHERS.test(name))) return [];
        return [NAMES_BACKENDS.test(name) ? name : `${name} ${argument}`];
      }),
      devices: devices().plugged.map((device) => `${device.type} ${devicePath(device) ?? ''}`),
      trays: backends
        .list()
        .filter(({ trayOpen, locked }) => trayOpen || locked)
        .map(({ device, name }) => device?.name ?? name),
      hasRun: power.hasRun,
    };
  }
}

function read(bytes: Uint8Array): SavedMachine {
  const text = decodeUtf8(bytes);
  if (!text.startsWith(HEAD)) notModelled('the state of a machine that a real QEMU has saved');
  try {
    return JSON.parse(text.slice(HEAD.length)) as SavedMachine;
  } catch {
    return notModelled('a saved state that is damaged');
  }
}
