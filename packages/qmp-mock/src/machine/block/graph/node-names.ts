import { encodeUtf8 } from '../../../engine/bytes.ts';
import { genericError } from '../../command.ts';
import { isIdentifier } from '../../identifier.ts';

/** Longest name of a node, in bytes. */
const LIMIT = 31;

/** Names of nodes: those that are given, and those that QEMU makes up. */
export class NodeNames {
  #made = 0;

  /** Makes up the next name (`id_generate` in `util/id.c`): a number, and two random digits. */
  next(): string {
    const number = this.#made++;
    return `#block${number}${String((number * 37 + 51) % 100).padStart(2, '0')}`;
  }

  /** Refuses a name that can't be one, or that is taken (`bdrv_assign_node_name` in `block.c`). */
  check(name: string, taken: { readonly byDrive: boolean; readonly byNode: boolean }): void {
    if (!isIdentifier(name)) throw genericError(`Invalid node-name: '${name}'`);
    if (taken.byDrive) throw genericError(`node-name=${name} is conflicting with a device id`);
    if (taken.byNode) throw genericError(`Duplicate nodes with node-name='${name}'`);
    if (encodeUtf8(name).length > LIMIT) throw genericError('Node name too long');
  }
}
