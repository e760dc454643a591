import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { QmpClient } from 'qmp-core';

const BITMAP = 'backup';
/** Time in ms that a copy may take. */
const DEADLINE = 60_000;

/** Options of a {@link DiskBackup}. */
export interface BackupOptions {
  readonly qmp: QmpClient;
  /** Name of the disk's node. Its image is qcow2, so that it can keep the bitmap. */
  readonly node: string;
  /** Folder for the copies. */
  readonly directory: string;
  /** Environment of `qemu-img`. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Backups of one disk: a full one, and what has changed since, each on top of the one before. */
export class DiskBackup {
  readonly #options: BackupOptions;
  /** Files of the copies, oldest first. */
  readonly #files: string[] = [];

  constructor(options: BackupOptions) {
    this.#options = options;
  }

  /** The files of the copies, oldest first. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Copies the whole disk, and takes note of changes from that moment on. */
  async full(): Promise<string> {
    const { qmp, node } = this.#options;
    const { size, hasBitmap } = await this.#look();
    const file = this.#nextFile('full');
    await qemuImg(['create', '-q', '-f', 'qcow2', file, String(size)], this.#options);
    const note = hasBitmap ? 'block-dirty-bitmap-clear' : 'block-dirty-bitmap-add';
    await this.#copyTo(file, (target) =>
      qmp.execute('transaction', {
        actions: [
          { type: note, data: { node, name: BITMAP, ...(hasBitmap ? {} : { persistent: true }) } },
          { type: 'blockdev-backup', data: { 'job-id': target, device: node, target, sync: 'full' } },
        ],
      }),
    );
    this.#files.splice(0, this.#files.length, file);
    return file;
  }

  /** Copies what has changed since the last copy. If that fails, the next one has it as well. */
  async incremental(): Promise<string> {
    const { qmp, node } = this.#options;
    const last = this.#files.at(-1);
    if (last === undefined) throw new Error(`${node} has no full backup yet`);
    const file = this.#nextFile('incremental');
    await qemuImg(['create', '-q', '-f', 'qcow2', '-b', last, '-F', 'qcow2', file], this.#options);
    await this.#copyTo(file, (target) =>
      qmp.execute('blockdev-backup', {
        ...{ 'job-id': target, device: node, target },
        ...{ sync: 'incremental', bitmap: BITMAP },
      }),
    );
    this.#files.push(file);
    return file;
  }

  /** Makes a raw disk of what a copy, and those below it, have. */
  async restore(file: string, to: string): Promise<void> {
    await qemuImg(['check', '-q', file], this.#options);
    await qemuImg(['convert', '-f', 'qcow2', '-O', 'raw', file, to], this.#options);
  }

  #nextFile(kind: string): string {
    const { node, directory } = this.#options;
    return join(directory, `${node}-${Date.now()}-${this.#files.length}-${kind}.qcow2`);
  }

  async #look(): Promise<{ readonly size: number; readonly hasBitmap: boolean }> {
    const { qmp, node } = this.#options;
    const nodes = await qmp.execute('query-named-block-nodes', { flat: true });
    const disk = nodes.find((each) => each['node-name'] === node);
    if (disk === undefined) throw new Error(`There is no block node ${node}`);
    const hasBitmap = disk['dirty-bitmaps']?.some(({ name }) => name === BITMAP) === true;
    return { size: Number(disk.image['virtual-size']), hasBitmap };
  }

  /** Opens a file as a node, lets a job copy to it, and closes it again. */
  async #copyTo(filename: string, start: (target: string) => Promise<unknown>): Promise<void> {
    const { qmp, node } = this.#options;
    const target = `${node}-backup`;
    await qmp.execute('blockdev-add', {
      ...{ driver: 'qcow2', 'node-name': target },
      file: { driver: 'file', filename },
    });
    try {
      const ended = qmp.waitForEvent('BLOCK_JOB_COMPLETED', {
        match: { device: target },
        timeout: DEADLINE,
      });
      const [{ data }] = await Promise.all([ended, start(target)]);
      if (data.error !== undefined) throw new Error(`${node} was not backed up: ${data.error}`);
    } finally {
      await qmp.execute('blockdev-del', { 'node-name': target });
    }
  }
}

async function qemuImg(args: readonly string[], { env }: BackupOptions): Promise<void> {
  await promisify(execFile)('qemu-img', args, { env });
}
