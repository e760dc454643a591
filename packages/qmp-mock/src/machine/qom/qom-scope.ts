import { notModelled } from '../../engine/not-modelled.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';
import type { QomScope } from './properties.ts';
import type { TypeTable } from '../types/type-table.ts';

/** Options of {@link RecordedScope}. */
export interface RecordedScopeParts {
  readonly board: Board;
  readonly setup: Setup;
  readonly types: () => TypeTable;
  /** Type of the object at a path. */
  readonly typeOf: (path: string) => string;
}

/** Places of the tree that are the same in every machine. */
const CONTAINERS = /^\/(objects|chardevs|machine\/peripheral|machine\/peripheral-anon)?$/;
/** Below these places are the objects of a user, all of which are known. */
const KNOWN_PLACES = /^\/(objects|chardevs)(\/|$)/;
/** Values of machine `none` that an option decides. */
const DECIDED_BY_MEMORY = /^(memory|memory-backend|ram-size)$/;

/**
 * How much of the tree is known: of machine `none` all of it, of a PC without devices the objects near the
 * root that were recorded, of any machine the objects that users made.
 */
export class RecordedScope implements QomScope {
  readonly #parts: RecordedScopeParts;

  constructor(parts: RecordedScopeParts) {
    this.#parts = parts;
  }

  requireAbsent = (path: string): void => {
    const { board, setup } = this.#parts;
    if (path.split('/').some((part) => part !== '' && setup.mayName(part, 'devices'))) this.#refuse(path);
    if (board.bare || KNOWN_PLACES.test(path)) return;
    if (path.startsWith('/machine/peripheral/') || (path.startsWith('/') && !path.startsWith('/machine')))
      return;
    // The inside of a board isn't recorded completely, so nothing there can be denied.
    this.#refuse(path);
  };

  requireList = (path: string): void => {
    const { board, setup } = this.#parts;
    if (KNOWN_PLACES.test(path) && path !== '/objects' && path !== '/chardevs') this.#requireMade(path);
    if (path === '/chardevs') setup.require(`the list of ${path}`, 'chardevs');
    if (path.startsWith('/machine/peripheral')) setup.require(`the list of ${path}`, 'devices');
    if (path.startsWith('/machine/peripheral/')) this.#refuse(path);
    if (board.bare || CONTAINERS.test(path) || KNOWN_PLACES.test(path)) return;
    this.#requireRecorded(`the list of ${path}`);
    if (path.startsWith('/machine/unattached')) setup.require(`the list of ${path}`, 'cpus', 'memory');
    if (path.startsWith('/machine/unattached') && board.cpus !== 1) this.#refuse(path);
  };

  requireProperty = (path: string, property: string): void => {
    const { types, typeOf } = this.#parts;
    const known = types().properties(typeOf(path));
    if (known?.some(({ name }) => name === property) === true) {
      notModelled(`the property ${property} of ${path}`);
    }
    if (path.startsWith('/machine/peripheral') && path !== '/machine/peripheral') this.#refuse(path);
    if (!CONTAINERS.test(path)) this.#requireAbsentProperty(path, property);
  };

  requireValue = (path: string, property: string): void => {
    const { board, setup } = this.#parts;
    if (CONTAINERS.test(path) || KNOWN_PLACES.test(path) || path.startsWith('/machine/peripheral/')) return;
    if (board.bare) {
      if (path === '/machine' && DECIDED_BY_MEMORY.test(property) && board.memory > 0)
        this.#refuse(`${path}.${property}`);
      return;
    }
    this.#requireRecorded(`${property} of ${path}`);
    setup.require(`${property} of ${path}`, 'memory', 'cpus', 'usb', 'accelerator');
    if (setup.has('m') || setup.has('smp') || setup.has('boot') || board.cpus !== 1)
      this.#refuse(`${path}.${property}`);
  };

  /** An object that a user made is shown as far as it was given properties; of a monitor all are known. */
  #requireMade(path: string): void {
    if (path.startsWith('/objects/') && !this.#parts.typeOf(path).startsWith('monitor-')) this.#refuse(path);
  }

  /** A property that the type has not, a class might have added still. */
  #requireAbsentProperty(path: string, property: string): void {
    const { board } = this.#parts;
    if (board.bare || KNOWN_PLACES.test(path)) return;
    this.#requireRecorded(`${property} of ${path}`);
  }

  #requireRecorded(what: string): void {
    const { board, setup } = this.#parts;
    if (board.type !== 'pc') notModelled(`${what} of machine ${board.type}`);
    setup.require(what, 'devices', 'firmware');
  }

  #refuse(path: string): never {
    return notModelled(`the object ${path}`);
  }
}
