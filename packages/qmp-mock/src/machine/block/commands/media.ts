import { QDict } from '../../../engine/json/value.ts';
import { genericError, textOf, commandTable, type CommandTable, type MachineCommand } from '../../command.ts';
import type { MachineRules } from '../../machine-rules.ts';
import type { BlockBackend } from '../backend/block-backend.ts';
import type { DriveLookup } from '../backend/drive-lookup.ts';
import { devicePermissions } from '../backend/front-device.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import type { BlockNode } from '../graph/node.ts';

/** Parts of the machine that {@link Media} needs. */
export interface MediaParts {
  readonly graph: BlockGraph;
  readonly lookup: DriveLookup;
  /** Sends an event. */
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  readonly rules: Pick<MachineRules, 'newestExportEndsFirst'>;
}

/** Trays and media (`blockdev.c`, `block/qapi-sysemu.c`). */
export class Media {
  readonly commands: CommandTable;
  readonly #parts: MediaParts;
  /** Those to tell at the end of the command that a medium is gone. */
  readonly #untold: (() => void)[] = [];

  constructor(parts: MediaParts) {
    this.#parts = parts;
    const { lookup } = parts;
    const commands: Record<string, MachineCommand> = {
      'blockdev-open-tray': (args, call) => {
        const backend = lookup.named(args, call.name);
        checkRemovable(backend, nameIn(args));
        if (backend.hasTray) this.#open(backend, isForced(args));
      },
      'blockdev-close-tray': (args, call) => {
        const backend = lookup.named(args, call.name);
        checkRemovable(backend, nameIn(args));
        this.#close(backend);
      },
      'blockdev-remove-medium': (args, call) => {
        this.#remove(lookup.named(args, call.name), nameIn(args));
      },
      'blockdev-insert-medium': (args, call) => {
        const backend = lookup.named(args, call.name);
        const name = textOf(args, 'node-name');
        const node = parts.graph.find(name);
        if (node === undefined) {
          parts.graph.requireAbsent(name);
          throw genericError(`Node '${name}' not found`);
        }
        if (node.parents.some(({ parent }) => parent.backendName !== undefined)) {
          throw genericError(`Node '${name}' is already in use`);
        }
        this.#insert(backend, node);
      },
      'blockdev-change-medium': (args, call) => this.#change(lookup.named(args, call.name), args),
      eject: (args, call) => {
        const backend = lookup.named(args, call.name);
        checkRemovable(backend, nameIn(args));
        if (backend.hasTray) this.#openOrRefuse(backend, args);
        this.#remove(backend, nameIn(args));
      },
    };
    this.commands = commandTable(
      Object.fromEntries(
        Object.entries(commands).map(([name, run]) => [name, this.#tellingAfter(run)] as const),
      ),
    );
  }

  /** A command at whose end those are told who wait for media to go. */
  #tellingAfter(run: MachineCommand): MachineCommand {
    return (args, call) => {
      try {
        return run(args, call);
      } finally {
        for (const gone of this.#untold.splice(0).toReversed()) gone();
      }
    };
  }

  /** `blockdev-change-medium`: the new medium is opened before anything moves. */
  #change(backend: BlockBackend, args: QDict): void {
    const { graph } = this.#parts;
    backend.rememberMedium();
    const mode = args.get('read-only-mode') ?? 'retain';
    const options = new QDict([
      ['read-only', mode === 'retain' ? backend.nextMedium.readOnly : mode === 'read-only'],
    ]);
    if (backend.nextMedium.detectZeroes !== 'off') {
      options.set('detect-zeroes', backend.nextMedium.detectZeroes);
    }
    const format = args.get('format');
    if (format !== undefined) options.set('driver', format);
    const node = graph.open(options, { filename: textOf(args, 'filename') });
    try {
      checkRemovable(backend, nameIn(args));
      if (backend.hasTray) this.#openOrRefuse(backend, args);
      this.#remove(backend, nameIn(args));
      this.#insert(backend, node);
      this.#close(backend);
    } finally {
      graph.release(node);
    }
  }

  #openOrRefuse(backend: BlockBackend, args: QDict): void {
    if (this.#open(backend, isForced(args))) return;
    throw genericError(
      `Device '${nameIn(args)}' is locked and force was not specified, wait for tray to open and try again`,
    );
  }

  /** Opens the tray, unless the guest has locked it. Tells whether it is open. */
  #open(backend: BlockBackend, force: boolean): boolean {
    if (backend.trayOpen) return true;
    if (backend.locked && !force) return false;
    this.#move(backend, true);
    return true;
  }

  #close(backend: BlockBackend): void {
    if (backend.hasTray && backend.trayOpen) this.#move(backend, false);
  }

  #move(backend: BlockBackend, open: boolean): void {
    backend.trayOpen = open;
    this.#parts.emit('DEVICE_TRAY_MOVED', {
      device: backend.name,
      id: backend.device?.name ?? '',
      'tray-open': open,
    });
  }

  #remove(backend: BlockBackend, name: string): void {
    checkExchangeable(backend, `Device '${name}' is not removable`, `Tray of device '${name}' is not open`);
    const { node } = backend;
    if (node === undefined) return;
    node.checkBlocked('eject');
    backend.rememberMedium();
    if (this.#parts.rules.newestExportEndsFirst) backend.remove();
    else backend.remove((gone) => this.#untold.push(gone));
    mediumChanged(backend);
  }

  #insert(backend: BlockBackend, node: BlockNode): void {
    checkExchangeable(backend, 'Device is not removable', 'Tray of the device is not open');
    if (backend.node !== undefined) throw genericError('There already is a medium in the device');
    backend.insert(node);
    mediumChanged(backend);
  }
}

const nameIn = (args: QDict): string => textOf(args, 'device') || textOf(args, 'id');
const isForced = (args: QDict): boolean => args.get('force') === true;

function checkRemovable(backend: BlockBackend, name: string): void {
  if (!backend.removable) throw genericError(`Device '${name}' is not removable`);
}

/** A drive without a device can have its medium exchanged at any time. */
function checkExchangeable(backend: BlockBackend, fixed: string, closed: string): void {
  if (backend.device === undefined) return;
  if (!backend.removable) throw genericError(fixed);
  if (backend.hasTray && !backend.trayOpen) throw genericError(closed);
}

/** A drive without a tray looks at its medium at once: a floppy that is read-only isn't written. */
function mediumChanged(backend: BlockBackend): void {
  const { device } = backend;
  if (device === undefined || backend.hasTray) return;
  const { permissions, shared } =
    backend.node === undefined
      ? { permissions: 0, shared: 15 }
      : devicePermissions(device.model, backend.node, false);
  backend.setPermissions(permissions, shared);
}
