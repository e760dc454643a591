import type { QDict } from '../../engine/json/value.ts';
import { notModelled, NotModelledError } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { BlockBackends } from './backend/backends.ts';
import type { ColdDrive } from './cold-drive.ts';
import type { BlockGraph } from './graph/block-graph.ts';

/** Controllers for which a drive finds its device by its id alone. */
const WITHOUT_BOARD = new Set(['none', 'virtio']);

/** Nodes and drives of the command line. */
export class ColdBlocks {
  readonly #graph: BlockGraph;
  readonly #backends: BlockBackends;
  readonly #setup: Setup;
  /** Whether nodes and drives of the command line are being opened. */
  areOpening = false;

  constructor(graph: BlockGraph, backends: BlockBackends, setup: Setup) {
    this.#graph = graph;
    this.#backends = backends;
    this.#setup = setup;
  }

  /** Says which options are going to make nodes and drives: names in them aren't anybody else's. */
  expect(options: readonly number[]): void {
    for (const option of options) this.#setup.lift(option);
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
    this.#model(option, () => this.#addDrive(drive));
  }

  /** An option that isn't modelled leaves the parts of the machine in doubt that it touches. */
  #model(option: number, run: () => void): void {
    this.areOpening = true;
    try {
      run();
    } catch (error) {
      if (!(error instanceof NotModelledError)) throw error;
      this.#setup.unlift(option);
    } finally {
      this.areOpening = false;
    }
  }

  #addDrive(drive: ColdDrive): void {
    const { id, bus, media } = drive;
    if (!WITHOUT_BOARD.has(bus)) notModelled(`a drive for the board's ${bus}`);
    if (drive.isTemporary) notModelled('a drive whose writes are forgotten');
    if (drive.copiesOnRead) notModelled('a drive that copies on read');
    if (drive.limits.size > 0) notModelled('a drive with limits');
    const node = drive.empty ? undefined : this.#graph.open(drive.options, { filename: drive.filename });
    const backend = this.#backends.add(id, { bus, media });
    backend.writeCache = drive.writeCache;
    backend.onErrors = {
      write: drive.onErrors.write ?? 'enospc',
      read: drive.onErrors.read ?? 'report',
    };
    if (node === undefined) {
      const { options } = drive;
      backend.nextMedium = { readOnly: options.get('read-only') === true, detectZeroes: drive.detectZeroes };
      return;
    }
    try {
      backend.insert(node);
    } catch (error) {
      this.#backends.forget(backend);
      throw error;
    } finally {
      this.#graph.release(node);
    }
  }
}
