import { StartError } from './start-error.ts';

/** Name of the emulator whose data is here. */
export const PROGRAM = 'qemu-system-x86_64';

/** Name that a program goes by in its messages, of the path that it was called by. */
export function programName(path: string): string {
  const name = path.split('/').pop() ?? '';
  return name === '' || name.startsWith('fake-qemu') ? PROGRAM : name;
}

/**
 * Refuses to be the emulator of another target: nothing of it is known here.
 *
 * @param program - Name that it was called by, such as `qemu-system-aarch64`.
 */
export function assertTarget(program: string): void {
  const [, target] = /^qemu-system-(.+)$/.exec(program) ?? [];
  if (target === undefined || target === 'x86_64' || target === 'i386') return;
  throw new StartError(`qmp-mock does not model the target ${target}: it knows x86_64 only`);
}
