/**
 * Calls `action` once, with the reason, when the first of some signals aborts: at once if one has already.
 *
 * (`AbortSignal.any` would do the same, but its results stay attached to a signal that lives as long as the
 * mock.)
 *
 * @returns A function that stops listening.
 */
export function whenAborted(signals: readonly AbortSignal[], action: (reason: Error) => void): () => void {
  const stop = (): void => {
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  };
  const onAbort = (): void => {
    stop();
    action(signals.find((signal) => signal.aborted)?.reason as Error);
  };
  if (signals.some((signal) => signal.aborted)) onAbort();
  else for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  return stop;
}
