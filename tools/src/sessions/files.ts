import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Furnish } from '../beside/play.ts';
import { Scratch } from '../lib/scratch.ts';
import { writeIdleGuest } from '../qemu/idle-guest.ts';

const run = promisify(execFile);

/** Images that every session's directory may have, as `qemu-img create` makes them. */
const IMAGES: Readonly<Record<string, readonly string[]>> = {
  'd0.qcow2': ['-f', 'qcow2', 'd0.qcow2', '64M'],
  'd1.qcow2': ['-f', 'qcow2', 'd1.qcow2', '32M'],
  'new.qcow2': ['-f', 'qcow2', 'new.qcow2', '32M'],
  't0.qcow2': ['-f', 'qcow2', 't0.qcow2', '64M'],
  't1.qcow2': ['-f', 'qcow2', 't1.qcow2', '32M'],
  'base.qcow2': ['-f', 'qcow2', 'base.qcow2', '16M'],
  'ov.qcow2': ['-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', 'ov.qcow2'],
  'lost.qcow2': ['-f', 'qcow2', '-u', '-b', 'gone.qcow2', '-F', 'qcow2', 'lost.qcow2', '16M'],
  'v.vmdk': ['-f', 'vmdk', 'v.vmdk', '8M'],
};

/** The files that sessions name, made once and copied for each session that names them. */
export class HostFiles implements Disposable {
  readonly #scratch: Scratch;
  readonly #names: readonly string[];

  private constructor(scratch: Scratch, names: readonly string[]) {
    this.#scratch = scratch;
    this.#names = names;
  }

  /** Makes the files. Needs QEMU's own `qemu-img`, so that no image is of our making. */
  static async make(): Promise<HostFiles> {
    const scratch = new Scratch('qmp-files-');
    const folder = scratch.path;
    for (const args of Object.values(IMAGES))
      await run('qemu-img', ['create', '-q', ...args], { cwd: folder });
    await run('qemu-img', ['snapshot', '-c', 'snap1', 'd1.qcow2'], { cwd: folder });
    await writeFile(join(folder, 'r.img'), '');
    await truncate(join(folder, 'r.img'), 1_048_576);
    await writeFile(join(folder, 'cd.iso'), Buffer.alloc(65_536));
    await writeFile(join(folder, 'empty.img'), '');
    await writeFile(join(folder, 'notes.txt'), 'not a disk\n');
    writeIdleGuest(join(folder, 'halt.bin'));
    await writeFile(
      join(folder, 'vm.cfg'),
      '[name]\n  guest = "from-file"\n\n[device "rng9"]\n  driver = "virtio-rng-pci"\n',
    );
    return new HostFiles(scratch, await readdir(folder));
  }

  /** Copies into a directory what the session names, and what those files name. */
  readonly furnish: Furnish = async (directory, session) => {
    const text = JSON.stringify(session);
    const wanted = this.#names.filter((name) => text.includes(name));
    if (wanted.includes('ov.qcow2') && !wanted.includes('base.qcow2')) wanted.push('base.qcow2');
    await mkdir(join(directory, 'folder'));
    for (const name of wanted)
      await copyFile(this.#scratch.file(name), join(directory, name), constants.COPYFILE_FICLONE);
  };

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]();
  }
}
