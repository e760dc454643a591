/** Signals that make QEMU end, with their numbers. */
const SIGNALS = { SIGINT: 2, SIGHUP: 1, SIGTERM: 15 } as const;

/** Name of a signal that makes QEMU end. */
export type EndSignal = keyof typeof SIGNALS;

/**
 * Names of the signals that make QEMU end.
 *
 * @example
 * for (const name of END_SIGNALS) process.on(name, () => qemu.signal(name, senderName()))
 */
export const END_SIGNALS: readonly EndSignal[] = ['SIGINT', 'SIGHUP', 'SIGTERM'];

/**
 * Gives QEMU's last words after such a signal (`qemu_kill_report` of its `system/runstate.c`).
 *
 * @example
 * process.stderr.write(terminationNotice('qemu-system-x86_64', 'SIGTERM', senderName()))
 */
export function terminationNotice(program: string, signal: EndSignal, sender: string): string {
  return `${program}: terminating on signal ${SIGNALS[signal]} from pid ${sender}\n`;
}
