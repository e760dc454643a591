import { readFileSync } from 'node:fs';

/**
 * Names the sender of a signal as QEMU prints it: `1234 (/usr/bin/virtd)`. Node doesn't tell the sender, so
 * this names the parent process, which is almost always right.
 *
 * @example
 * process.on('SIGTERM', () => qemu.signal('SIGTERM', senderName()))
 */
export function senderName(): string {
  const pid = process.ppid;
  try {
    const [command = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return `${pid} (${command === '' ? '<unknown process>' : command})`;
  } catch {
    return `${pid} (<unknown process>)`;
  }
}
