/** Asks a QEMU binary for its introspection schema. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';
import { promisify } from 'node:util';
import { QmpClient } from '../client.ts';
import { CliError, reasonOf } from './cli-error.ts';

/** A schema and its origin. */
export interface IntrospectedQemu {
  /** The value that `query-qmp-schema` returned. */
  schema: unknown;
  /** The origin in words: `QEMU 11.1.3 (qemu-system-aarch64)`. */
  source: string;
}

/** Arguments for a QEMU without a machine: it has every command of the binary, and starts in about 50 ms. */
const SYSTEM_ARGUMENTS =
  '-machine none -nodefaults -display none -S -chardev stdio,id=qmp,signal=off -mon chardev=qmp,mode=control';
/** The same for the storage daemon, which has options of its own. */
const DAEMON_ARGUMENTS = '--chardev stdio,id=qmp --monitor chardev=qmp';

/** Characters of QEMU's stderr that an error shows. */
const STDERR_SHOWN = 2000;

/**
 * Starts the binary without a machine, asks for its schema over its standard input and output, and ends it.
 *
 * @param binary - `qemu-system-*` or `qemu-storage-daemon`: a path, or a name to look up on `PATH`.
 * @param timeout - Deadline in ms for its answer to `--version`, and again for its schema.
 * @throws CliError if the binary cannot be started, does not speak QMP, or does not answer in time.
 */
export async function introspect(binary: string, timeout: number): Promise<IntrospectedQemu> {
  const args = ((await isStorageDaemon(binary, timeout)) ? DAEMON_ARGUMENTS : SYSTEM_ARGUMENTS).split(' ');
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_SHOWN);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const deadline = AbortSignal.timeout(timeout);
  try {
    await once(child, 'spawn');
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    const client = await QmpClient.over(stream, { signal: deadline });
    const version = client.greeting?.QMP.version.qemu;
    const schema = await client.untyped.execute('query-qmp-schema', undefined, { signal: deadline });
    await client.untyped.execute('quit', undefined, { signal: deadline });
    await client.close();
    const name = binary.slice(binary.lastIndexOf('/') + 1);
    const number = version && `${version.major}.${version.minor}.${version.micro}`;
    return { schema, source: number === undefined ? name : `QEMU ${number} (${name})` };
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    const why = deadline.aborted ? `no answer within ${timeout} ms` : reasonOf(error);
    const said = stderr.trim() === '' ? '' : `\nIt wrote to stderr:\n${stderr.trim()}`;
    throw new CliError(
      `${binary} gave no schema: ${why}.\nIt was run as: ${[binary, ...args].join(' ')}${said}`,
      {
        cause: error,
      },
    );
  } finally {
    const last = setTimeout(() => child.kill('SIGKILL'), 2000);
    await exited;
    clearTimeout(last);
  }
}

/** Asks the program itself: files are renamed and linked, and the two take different options. */
async function isStorageDaemon(binary: string, timeout: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const { stdout } = await promisify(execFile)(binary, ['--version'], {
      signal,
      killSignal: 'SIGKILL',
    });
    return stdout.startsWith('qemu-storage-daemon');
  } catch (error) {
    if (signal.aborted)
      throw new CliError(`${binary} --version gave no answer within ${timeout} ms.`, { cause: error });
    const failed = error instanceof Error && 'code' in error && typeof error.code === 'string';
    if (!failed)
      throw new CliError(`${binary} --version failed: is it a QEMU?\n${reasonOf(error)}`, { cause: error });
    const where = binary.includes('/') ? '' : ' on PATH';
    throw new CliError(`Cannot run ${binary}: ${reasonOf(error)}${where}.`, { cause: error });
  }
}
