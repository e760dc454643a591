import type { QDict } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { deviceNotFound, genericError, textOf } from '../../command.ts';
import type { MachineRules } from '../../machine-rules.ts';
import type { Setup } from '../../setup/setup.ts';
import type { BlockBackends } from './backends.ts';
import type { BlockBackend } from './block-backend.ts';

const VIRTIO_DISK = /^(virtio|vhost-user)-blk-pci/;

/** Parts of the machine that {@link DriveLookup} needs. */
export interface DriveLookupParts {
  readonly rules: Pick<MachineRules, 'notADevice'>;
  readonly setup: Setup;
  readonly backends: BlockBackends;
  /** Whether there is an object of that path. */
  readonly hasObject: (path: string) => boolean;
  /** The model of the device with that id, if there is one. */
  readonly modelOf: (id: string) => string | undefined;
  /** Whether devices of a model have a drive behind them. */
  readonly hasDrive: (model: string) => boolean;
}

/** Finds drives by their own names, or by the devices in front of them (`qmp_get_blk`). */
export class DriveLookup {
  readonly #parts: DriveLookupParts;

  constructor(parts: DriveLookupParts) {
    this.#parts = parts;
  }

  /** The drive that a command names by `device` or by `id`. Throws QEMU's refusal. */
  named(args: QDict, command: string): BlockBackend {
    if (args.has('device') === args.has('id')) {
      throw genericError("Need exactly one of 'device' and 'id'");
    }
    return args.has('id')
      ? this.byDevice(textOf(args, 'id'), command)
      : this.byName(textOf(args, 'device'), command);
  }

  /** A drive by its name. Throws QEMU's refusal. */
  byName(name: string, command: string): BlockBackend {
    const { setup, backends } = this.#parts;
    const backend = backends.find(name);
    if (backend !== undefined) return backend;
    if (setup.mayNameDrive(name)) notModelled(`${command} on the drive ${name}`);
    throw deviceNotFound(name);
  }

  /** A drive by the id of its device, or by a path. Throws QEMU's refusal. */
  byDevice(id: string, command: string): BlockBackend {
    const { setup, backends, hasObject, rules, modelOf, hasDrive } = this.#parts;
    const backend = id === '' ? undefined : backends.byDevice(id);
    if (backend !== undefined) return backend;
    const model = modelOf(id);
    // The disk of a PCI device is a part of it.
    if (model !== undefined && (VIRTIO_DISK.test(model) || !hasDrive(model))) {
      throw genericError('Device does not have a block device backend');
    }
    if (model !== undefined || setup.mayName(id, 'devices')) notModelled(`${command} on the device ${id}`);
    if (id === '' || (id.startsWith('/') && hasObject(id))) {
      throw genericError(rules.notADevice.replace('%', () => id));
    }
    throw deviceNotFound(id);
  }
}
