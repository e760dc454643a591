import { readFileSync } from 'node:fs';

/**
 * Who sent a signal, as QEMU prints it: `1234 (/usr/bin/virtd)`. Node does not say, so this names the parent process,
 * which it almost always is.
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
