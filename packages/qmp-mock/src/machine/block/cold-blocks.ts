import { QDict } from '../../engine/json/value.ts';
import { notModelled, NotModelledError } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { BlockBackends } from './backend/backends.ts';
import type { BlockBackend } from './backend/block-backend.ts';
import { driveModel } from './backend/front-device.ts';
import type { ColdDrive } from './cold-drive.ts';
import type { BlockGraph } from './graph/block-graph.ts';
import type { BlockNode } from './graph/node.ts';
import type { ImageFiles } from './image/byte-file.ts';
import { coverForNow } from './temporary-overlay.ts';

/** Controllers for which a drive finds its device by its id alone. */
const WITHOUT_BOARD = new Set(['none', 'virtio']);
/** Controllers of the board whose drives are known. */
const ON_BOARD = new Set(['ide', 'floppy', 'sd']);
/** Parts of the machine that a drive of the board leaves to others. */
const LIFTED = ['drives', 'nodes'] as const;

/** Gives paths to the devices of the board's drives; `undefined` if they aren't known. */
export type BoardPaths = (drives: {
  readonly ide: number;
  readonly floppy: number;
}) => { readonly ide: readonly string[]; readonly floppy: readonly string[] } | undefined;

interface BoardDrive {
  readonly drive: ColdDrive;
  readonly backend: BlockBackend;
  /** Number of its option; negative for one that the machine has by default. */
  readonly option: number;
}

/** Parts of the machine that {@link ColdBlocks} needs. */
export interface ColdBlocksParts {
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  readonly setup: Setup;
  readonly files: ImageFiles | undefined;
  readonly boardPaths: BoardPaths;
}

/** Nodes and drives of the command line. */
export class ColdBlocks {
  readonly #graph: BlockGraph;
  readonly #backends: BlockBackends;
  readonly #setup: Setup;
  /** Whether nodes and drives of the command line are being opened. */
  areOpening = false;

  readonly #boardPaths: BoardPaths;
  /** Drives of the board, with the numbers of their options. */
  readonly #onBoard: BoardDrive[] = [];

  readonly #files: ImageFiles | undefined;

  constructor(parts: ColdBlocksParts) {
    this.#boardPaths = parts.boardPaths;
    this.#graph = parts.graph;
    this.#backends = parts.backends;
    this.#setup = parts.setup;
    this.#files = parts.files;
  }

  /** Says which options are going to make nodes and drives: names in them aren't anybody else's. */
  expect(options: readonly number[]): void {
    for (const option of options) if (option >= 0) this.#setup.lift(option);
  }

  /**
   * Makes a node of `-blockdev`. Throws QEMU's refusal.
   *
   * @param option - Number of the option among all.
   */
  addNode(options: QDict, option: number): void {
    this.#model(option, () => void this.#graph.add(options));
  }

  /** Makes a drive. Throws QEMU's refusal. */
  addDrive(drive: ColdDrive, option: number): void {
    this.#model(option, () => {
      const backend = this.#addDrive(drive);
      if (!WITHOUT_BOARD.has(drive.bus)) this.#onBoard.push({ drive, backend, option });
      if (option >= 0 && !WITHOUT_BOARD.has(drive.bus)) this.#setup.lift(option, LIFTED);
    });
  }

  /** Gives the board's drives their devices. Throws QEMU's refusal. */
  connectBoard(): void {
    const of = (bus: string): BoardDrive[] =>
      this.#onBoard
        .filter(({ drive }) => drive.bus === bus)
        .toSorted(
          ({ drive: { index: one } }, { drive: { index: other } }) => one[0] - other[0] || one[1] - other[1],
        );
    const [ide, floppy] = [of('ide'), of('floppy')];
    const paths = this.#boardPaths({ ide: ide.length, floppy: floppy.length });
    if (paths === undefined) {
      for (const { option } of this.#onBoard) if (option >= 0) this.#setup.unlift(option);
      const isGiven = this.#onBoard.some(({ option }) => option >= 0);
      if (isGiven) this.#setup.touch('the drives of the board', 'drives', 'nodes');
      else if (this.#onBoard.length > 0) this.#setup.touch('the drives of the board', 'drives');
      return;
    }
    this.#setup.liftDefaults('drives');
    const onErrors = { write: 'enospc', read: 'report' };
    for (const [at, { drive, backend }] of ide.entries()) {
      const model = driveModel(drive.media === 'cdrom' ? 'ide-cd' : 'ide-hd')!;
      this.#backends.attach({ name: paths.ide[at]!, model, onErrors: backend.onErrors }, backend, false);
    }
    for (const [at, { backend }] of floppy.entries()) {
      const front = { name: paths.floppy[at]!, model: driveModel('floppy')!, onErrors };
      this.#backends.attach(front, backend, false);
    }
  }

  /** An option that isn't modelled leaves the parts of the machine in doubt that it touches. */
  #model(option: number, run: () => void): void {
    this.areOpening = true;
    try {
      run();
    } catch (error) {
      if (!(error instanceof NotModelledError)) throw error;
      if (option >= 0) this.#setup.unlift(option);
      else this.#setup.touch('the default drives of the board', 'drives');
    } finally {
      this.areOpening = false;
    }
  }

  /** Adds a drive to a machine that is there; opens and forgets one that would need a new device. */
  addHotDrive(drive: ColdDrive): void {
    const backend = this.#addDrive(drive);
    if (drive.bus !== 'none') this.#backends.forget(backend);
  }

  #openMedium(drive: ColdDrive): BlockNode {
    const { options, filename, isTemporary } = drive;
    if (!isTemporary) return this.#graph.open(options, { filename });
    const base = new QDict([...options, ['read-only', true]]);
    return coverForNow(
      this.#graph,
      this.#files,
      this.#graph.open(base, { filename }),
      options.get('read-only') === true,
    );
  }

  #addDrive(drive: ColdDrive): BlockBackend {
    const { id, bus, media } = drive;
    if (!WITHOUT_BOARD.has(bus) && !ON_BOARD.has(bus)) notModelled(`a drive for the board's ${bus}`);
    if (drive.copiesOnRead) notModelled('a drive that copies on read');
    if (drive.limits.size > 0 && (drive.empty || drive.group !== undefined))
      notModelled('a drive in a throttle group');
    const node = drive.empty ? undefined : this.#openMedium(drive);
    const backend = this.#backends.add(id, { bus, media });
    backend.writeCache = drive.writeCache;
    backend.onErrors = {
      write: drive.onErrors.write ?? 'enospc',
      read: drive.onErrors.read ?? 'report',
    };
    if (node === undefined) {
      const { options } = drive;
      backend.nextMedium = { readOnly: options.get('read-only') === true, detectZeroes: drive.detectZeroes };
      return backend;
    }
    try {
      backend.insert(node);
    } catch (error) {
      this.#backends.forget(backend);
      throw error;
    } finally {
      this.#graph.release(node);
    }
    if (drive.limits.size > 0) this.#backends.throttling.set(backend, drive.limits, drive.group, id);
    return backend;
  }
}
