import { genericError } from '../../command.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import type { BlockNode } from '../graph/node.ts';
import { BlockBackend, type DriveInfo, type FrontDevice } from './block-backend.ts';
import { devicePermissions } from './front-device.ts';
import { BackendThrottling } from './throttle-groups.ts';

/** All block backends, oldest first: drives with a name, and those that devices made for themselves. */
export class BlockBackends {
  readonly #graph: BlockGraph;
  readonly #all = new Set<BlockBackend>();
  readonly #named = new Map<string, BlockBackend>();
  /** Groups that limit them. */
  readonly throttling: BackendThrottling = new BackendThrottling();

  constructor(graph: BlockGraph) {
    this.#graph = graph;
  }

  /** Backends that queries show: those with a name, and those of a device. */
  list(): BlockBackend[] {
    return [...this.#all].filter(({ name, device }) => name !== '' || device !== undefined);
  }

  /** Backends with a name, oldest first. */
  named(): BlockBackend[] {
    return [...this.#named.values()];
  }

  /** Finds a backend by its name. */
  find(name: string): BlockBackend | undefined {
    return this.#named.get(name);
  }

  /** Finds the backend of a device, by the device's id or by the path of the object that has the drive. */
  byDevice(device: string): BlockBackend | undefined {
    return [...this.#all].find((backend) => backend.device?.name === device);
  }

  /** Makes a drive. */
  add(name: string, drive: DriveInfo): BlockBackend {
    const backend = new BlockBackend(this.#graph, name, drive);
    this.#all.add(backend);
    this.#named.set(name, backend);
    return backend;
  }

  /** Takes a name away: the drive isn't found any more, and goes when nobody uses it. */
  forget(backend: BlockBackend): void {
    this.#named.delete(backend.name);
    if (backend.device === undefined) this.#delete(backend);
    else backend.becomeAnonymous();
  }

  #delete(backend: BlockBackend): void {
    this.throttling.leave(backend);
    backend.remove();
    this.#all.delete(backend);
  }

  /** Refuses the name of a drive or node that isn't there, or that a device has (`set_drive_helper`). */
  check(name: string): void {
    const backend = this.find(name);
    if (backend?.device === undefined) return;
    const { drive } = backend;
    throw genericError(
      drive !== undefined && drive.bus !== 'none'
        ? `Drive '${name}' is already in use because it has been automatically connected to another device (did you need 'if=none' in the drive options?)`
        : `Drive '${name}' is already in use by another device`,
    );
  }

  /**
   * Gives a drive to a device: one that has a name, a new one for a node, or an empty one. Throws QEMU's
   * refusal.
   */
  attach(device: FrontDevice, medium: BlockBackend | BlockNode | undefined, sharesWrites: boolean): void {
    const isDrive = medium instanceof BlockBackend;
    const backend = isDrive ? medium : new BlockBackend(this.#graph, '');
    const before = { permissions: backend.permissions, shared: backend.shared };
    try {
      if (medium !== undefined && !isDrive) backend.insert(medium);
      const { model } = device;
      backend.device = device;
      if (model.needsWritable === true && backend.node?.readOnly === true) {
        throw genericError('Block node is read-only');
      }
      const { permissions, shared } = devicePermissions(model, backend.node, sharesWrites);
      backend.setPermissions(permissions, shared);
    } catch (error) {
      backend.device = undefined;
      if (isDrive) Object.assign(backend, before);
      else backend.remove();
      throw error;
    }
    this.#all.add(backend);
  }

  /** Takes the drive away from a device that goes. */
  detach(device: string): void {
    const backend = this.byDevice(device);
    if (backend === undefined) return;
    const { model } = backend.device!;
    backend.device = undefined;
    backend.setPermissions(0, 15);
    backend.trayOpen = false;
    backend.locked = false;
    if (backend.name === '') this.#delete(backend);
    else if (backend.drive !== undefined && model.deletesDrive === true) this.forget(backend);
  }
}
