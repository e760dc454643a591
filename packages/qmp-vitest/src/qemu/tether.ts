import { execFile } from 'node:child_process';
import { onPath } from './locate.ts';
import { canExitWithParent } from './probe.ts';

/** The means to make the kernel end QEMU with the process that started it. */
export interface Tether {
  /** Words in front of the command line. */
  readonly prefix: readonly string[];
  /** Arguments for QEMU itself. */
  readonly args: readonly string[];
}

const NONE: Tether = { prefix: [], args: [] };

/**
 * Ties QEMU's life to ours: on Linux with `setpriv --pdeathsig KILL` of util-linux, which replaces itself
 * with QEMU (so the pid is QEMU's), else with QEMU's own `-run-with exit-with-parent=on` if QEMU has that
 * (11.1 does, on Linux, FreeBSD and macOS), else not at all.
 *
 * Strictly, QEMU ends with the *thread* that started it (`prctl(2)`, PR_SET_PDEATHSIG). That is what a pool
 * of worker threads needs. A wrapper script in between has to `exec` QEMU, or the tie is lost.
 *
 * @param system - Whether the program is a `qemu-system-*`; the storage daemon has no `-run-with`.
 */
export async function tetherFor(binary: string, system: boolean): Promise<Tether> {
  const setpriv = process.platform === 'linux' ? await pathOfSetpriv() : undefined;
  if (setpriv !== undefined) return { prefix: [setpriv, '--pdeathsig', 'KILL', '--'], args: [] };
  if (system && (await canExitWithParent(binary))) {
    return { prefix: [], args: ['-run-with', 'exit-with-parent=on'] };
  }
  return NONE;
}

let setpriv: Promise<string | undefined> | undefined;

/**
 * Path of a working `setpriv`. BusyBox's doesn't have the option, so it is tried once on a program that does
 * nothing.
 */
function pathOfSetpriv(): Promise<string | undefined> {
  setpriv ??= new Promise((resolve) => {
    const path = onPath('setpriv');
    if (path === undefined) resolve(undefined);
    else {
      execFile(path, ['--pdeathsig', 'KILL', '--', path, '--version'], (error) => {
        resolve(error === null ? path : undefined);
      });
    }
  });
  return setpriv;
}
