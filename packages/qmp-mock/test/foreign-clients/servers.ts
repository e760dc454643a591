import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after, clearTimeout } from 'node:timers';
import { MockQmp } from '../../src/index.ts';

/** A server that a foreign client is let loose on. */
export interface Server {
  /** Path of the socket that it listens on. */
  readonly path: string;
  close(): Promise<void>;
}

const DEADLINE = 20_000;

/** The mock, as a version. */
export async function startMock(qemu: string): Promise<Server> {
  const mock = new MockQmp({ qemu, args: ['-S'] });
  const address = await mock.listen();
  if (!('path' in address)) throw new Error('not a UNIX socket');
  return { path: address.path, close: () => mock.close() };
}

/**
 * A real QEMU. It is handed a socket that listens already, so that nobody has to poll for it; if a descriptor
 * cannot be handed over, the test would not know when QEMU is there.
 */
export async function startQemu(binary: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-foreign-'));
  const path = join(folder, 'qmp.sock');
  const ready = join(folder, 'ready.sock');
  // A second monitor dials in to us once QEMU's first one listens: chardevs are made in the order of the
  // command line.
  const bell = createServer();
  bell.listen(ready);
  await once(bell, 'listening');
  const child = spawn(
    binary,
    [
      '-machine',
      'none',
      '-nodefaults',
      '-display',
      'none',
      '-S',
      '-qmp',
      `unix:${path},server=on,wait=off`,
      '-qmp',
      `unix:${ready}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const timer = after(() => child.kill('SIGKILL'), DEADLINE);
  const rung = await Promise.race([once(bell, 'connection').then(() => true), exited.then(() => false)]);
  clearTimeout(timer);
  bell.close();
  if (!rung) throw new Error(`${binary} exited before it listened`);
  return {
    path,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
