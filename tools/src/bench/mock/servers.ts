/** The servers that are compared: each is a program that listens on a UNIX socket, or dials one. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Scratch } from '../../lib/scratch.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { QemuProcess } from '../../qemu/process.ts';
import { fakeQemu, type Program } from '../../qemu/program.ts';
import { listenOn } from '../../qemu/sockets.ts';
import { idleQemu, nodeProgram, type Way } from '../lib/programs.ts';

/** A program, and its arguments for a way and a socket. */
export interface Server {
  readonly program: Program;
  readonly args: (way: Way, path: string) => readonly string[];
}

const node = (script: string, ...more: readonly string[]): Server => ({
  program: nodeProgram(fileURLToPath(new URL(script, import.meta.url))),
  args: (way, path) => [way, path, ...more],
});

const qemu = (program: Program): Server => ({ program, args: (way, path) => idleQemu(path, way) });

const OLDEST = recordedVersions().at(0)!;
const NEWEST = recordedVersions().at(-1)!;

/** Those of ours, by their names. */
export const OUR_MOCKS: Readonly<Record<string, Server>> = {
  [`MockQmp ${NEWEST}`]: node('mock-server.js', NEWEST),
  [`MockQmp ${OLDEST}`]: node('mock-server.js', OLDEST),
  'fake-qemu': qemu(fakeQemu(NEWEST)),
};

/** Every server, by its name. */
export function servers(qemus: readonly Program[]): Readonly<Record<string, Server>> {
  return {
    ...OUR_MOCKS,
    'lenient fake': node('lenient-server.js'),
    ...Object.fromEntries(qemus.map((program) => [program.name, qemu(program)])),
  };
}

/** The floor of all that starts in Node. */
export const BARE_NODE: Server = {
  ...node('bare-node.js'),
  args: (_way, path) => [path],
};

/**
 * ms from the spawn of a program that dials to the first byte that it sends. Being dialled costs this process
 * nothing while it waits; looking for a socket again and again would take the processor from what is
 * measured.
 */
export async function timeToGreeting({ program, args }: Server): Promise<number> {
  using scratch = new Scratch('qmp-bench-');
  const path = scratch.file('s');
  await using listener = await listenOn(path);
  const start = performance.now();
  await using running = new QemuProcess(program, args('dial', path));
  const socket = await listener.accept(running);
  socket.on('error', () => {});
  await once(socket, 'data');
  return performance.now() - start;
}
