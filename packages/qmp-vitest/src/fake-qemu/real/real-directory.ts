import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { QmpStateError } from 'qmp-core';
import { faultReport, requestedFault } from '../../fault-request.ts';
import { onPath } from '../../qemu/locate.ts';
import { EMULATORS } from '../emulators.ts';
import { nodeScript } from '../launcher-script.ts';
import { FAULT_RELAY, GUARD, NEWS, OTHERS, REAL, realLauncherScript, STARTS } from './launcher-script.ts';
import { RealStart } from './real-start.ts';

/** Names of emulators for which the QEMU stands that tests start otherwise. */
const USUAL = new Set(['qemu-system-x86_64', 'qemu-kvm', 'kvm']);

/** The files by which real QEMUs tell the test that they have started. */
export class RealDirectory {
  readonly #news: Socket;
  /** Our end of the pipe by which QEMUs notice that we're gone. */
  #guard: number | undefined;

  private constructor(news: Socket, guard: number) {
    this.#news = news;
    this.#guard = guard;
  }

  /**
   * Makes them, with the script `launcher`.
   *
   * @param binary - The QEMU to start as `qemu-system-x86_64`; others are looked for on `PATH`.
   * @param onStart - Called for each start.
   */
  static open(directory: string, binary: string, onStart: (start: RealStart) => void): RealDirectory {
    mkdirSync(join(directory, REAL));
    mkdirSync(join(directory, STARTS));
    for (const name of EMULATORS) {
      const path = USUAL.has(name) ? binary : onPath(name);
      writeFileSync(join(directory, REAL, name), `${path ?? ''}\n`);
    }
    writeFileSync(join(directory, REAL, OTHERS), `${binary}\n`);
    const pipes = [NEWS, GUARD].map((name) => join(directory, name));
    const { status, error, stderr } = spawnSync('mkfifo', ['-m', '600', ...pipes], { encoding: 'utf8' });
    if (status !== 0) throw new QmpStateError(`No pipes could be made: ${error?.message ?? stderr}`);
    // With an end to write to of our own, a pipe stays open when a launcher closes its own.
    const [fd = -1, guard = -1] = pipes.map((pipe) =>
      openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK),
    );
    const news = new Socket({ fd, readable: true, writable: false });
    let rest = '';
    news.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onStart(new RealStart(join(directory, STARTS, line)));
    });
    news.on('error', () => {});
    const script = realLauncherScript(directory, requestedFault(), faultReport());
    writeFileSync(join(directory, 'launcher'), script, { mode: 0o700 });
    writeFileSync(join(directory, FAULT_RELAY), nodeScript('fault-relay'), { mode: 0o700 });
    return new RealDirectory(news, guard);
  }

  /** Closes them; may be called more than once. QEMUs that still run are ended. */
  close(): void {
    this.#news.destroy();
    if (this.#guard !== undefined) closeSync(this.#guard);
    this.#guard = undefined;
  }
}
