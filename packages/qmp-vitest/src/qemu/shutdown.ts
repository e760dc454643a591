import { QmpCommandError, type QmpClient } from 'qmp-core';
import type { Child } from './child.ts';
import { QemuStopError, type QemuExit } from './errors.ts';
import { checkLimit, settlesWithin } from './limits.ts';
import type { QemuStopOptions } from './options.ts';

/** Result of {@link QemuProcess.stop}. */
export interface QemuStop {
  /** The step that ended the process. `already-exited`: it had ended before. */
  readonly by: 'already-exited' | 'quit' | 'SIGTERM' | 'SIGKILL';
  /** How it ended. */
  readonly exit: QemuExit;
}

const DEFAULTS = { quitTimeout: 3000, termTimeout: 2000, killTimeout: 5000 } as const;

/** The part of a client that can ask QEMU to end. */
type Quitter = Pick<QmpClient, 'connected' | 'execute'>;

/**
 * Ends a process with growing force: `quit`, then SIGTERM, then SIGKILL; each step has a time limit. It works
 * in any state: if the process is gone, stopped (SIGSTOP), or deaf.
 *
 * @param client - Sends `quit`. Without a client or a connection the step is skipped.
 * @throws QemuStopError if the process outlives SIGKILL.
 */
export async function stopChild(
  child: Child,
  client: Quitter | undefined,
  options: QemuStopOptions = {},
): Promise<QemuStop> {
  const quitTimeout = checkLimit('quitTimeout', options.quitTimeout ?? DEFAULTS.quitTimeout);
  const termTimeout = checkLimit('termTimeout', options.termTimeout ?? DEFAULTS.termTimeout);
  if (child.exit !== null) return { by: 'already-exited', exit: child.exit };
  // A test may have stopped it, to see what becomes of a machine that is silent: asleep it hears neither of
  // the next.
  child.signal('SIGCONT');
  if (client?.connected === true && quitTimeout !== 0) {
    const over = new AbortController();
    // The connection may end before the reply comes: it is the end of the process that counts. But an error
    // reply says that no end will come.
    const refused = new Promise<void>((resolve) => {
      client.execute('quit', {}, { timeout: null, signal: over.signal }).catch((error: unknown) => {
        if (error instanceof QmpCommandError) resolve();
      });
    });
    const ended = await endsWithin(child, quitTimeout, refused);
    over.abort();
    if (ended !== undefined) return { by: 'quit', exit: ended };
  }
  if (termTimeout !== 0) {
    child.signal('SIGTERM');
    const ended = await endsWithin(child, termTimeout);
    if (ended !== undefined) return { by: 'SIGTERM', exit: ended };
  }
  return { by: 'SIGKILL', exit: await killChild(child, options) };
}

/**
 * Ends a process at once, with SIGKILL.
 *
 * @throws QemuStopError if the process outlives that.
 */
export async function killChild(
  child: Child,
  options: Pick<QemuStopOptions, 'killTimeout'> = {},
): Promise<QemuExit> {
  const killTimeout = checkLimit('killTimeout', options.killTimeout ?? DEFAULTS.killTimeout);
  child.signal('SIGKILL');
  const ended = await endsWithin(child, killTimeout);
  if (ended !== undefined) return ended;
  throw new QemuStopError(
    `Process ${child.pid} is still there ${String(killTimeout)} ms after SIGKILL. It hangs in the kernel, usually in ` +
      `the file system or a device; \`cat /proc/${child.pid}/stack\` (as root) shows where.`,
    { pid: child.pid },
  );
}

/** Waits for the end of the process. Gives `undefined` if the time is up or `sooner` resolves first. */
async function endsWithin(
  child: Child,
  ms: number | undefined,
  sooner?: Promise<void>,
): Promise<QemuExit | undefined> {
  const enough = sooner === undefined ? child.exited : Promise.race([child.exited, sooner]);
  if (ms === undefined) await enough;
  else await settlesWithin(enough, ms);
  return child.exit ?? undefined;
}
