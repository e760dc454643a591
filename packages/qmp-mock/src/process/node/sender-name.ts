import { readFileSync } from 'node:fs';

/**
 * Names the sender of a signal as QEMU prints it: `1234 (/usr/bin/virtd)`. Node doesn't tell the sender, so
 * this names the parent process, which is almost always right.
 *
 * @param pid - Process id of the sender. Default: that of this process's parent.
 *
 * @example
 * process.on('SIGTERM', () => qemu.signal('SIGTERM', senderName()))
 */
export function senderName(pid: number = process.ppid): string {
  try {
    const [command = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return `${pid} (${command === '' ? '<unknown process>' : command})`;
  } catch {
    return `${pid} (<unknown process>)`;
  }
}
