/** Programs that benchmarks start, and their command lines. */
import type { Program } from '../../qemu/program.ts';

/** A module that is run by Node, in a process of its own. */
export function nodeProgram(script: string): Program {
  return {
    name: script.slice(script.lastIndexOf('/') + 1),
    version: '',
    command: [process.execPath, script],
  };
}

/** Whether a program listens on its socket, or dials it. */
export type Way = 'listen' | 'dial';

/** QEMU's command line for an idle machine, with a monitor on a UNIX socket. */
export function idleQemu(path: string, way: Way): string[] {
  const monitor = `unix:${path}${way === 'listen' ? ',server=on,wait=off' : ''}`;
  return ['-machine', 'none', '-nodefaults', '-display', 'none', '-qmp', monitor];
}
