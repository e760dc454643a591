/** Signals that QEMU takes for an order to end, with their numbers. */
const SIGNALS = { SIGINT: 2, SIGHUP: 1, SIGTERM: 15 } as const;

/** Name of a signal that QEMU takes for an order to end. */
export type EndSignal = keyof typeof SIGNALS;

/** All of them. */
export const END_SIGNALS: readonly EndSignal[] = ['SIGINT', 'SIGHUP', 'SIGTERM'];

/** Gives QEMU's last words at such a signal (`qemu_kill_report` of its `system/runstate.c`). */
export function terminationNotice(program: string, signal: EndSignal, sender: string): string {
  return `${program}: terminating on signal ${SIGNALS[signal]} from pid ${sender}\n`;
}
