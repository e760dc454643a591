import type { Duplex } from 'node:stream';
import { SYSTEM_CLOCK } from './clock.ts';
import {
  QmpCapabilitiesError,
  QmpCommandError,
  QmpConnectError,
  QmpTimeoutError,
  type QmpConnectPhase,
} from './errors.ts';
import { checkTimeout } from './limits.ts';
import { DEFAULT_CONNECT_TIMEOUT, type QmpConnectOptions } from './options.ts';
import { Failure } from './outcome.ts';
import { Session } from './session.ts';
import type { QmpReply } from './wire/messages.ts';

/**
 * Opens a session: stream, greeting, negotiation, under one deadline.
 *
 * @param peer - The address as people write it, for messages.
 * @param open - Opens the stream. It rejects with the signal's reason if the signal aborts, and reports each
 *   attempt that met a full queue.
 * @throws QmpConnectError, QmpCapabilitiesError, or the reason of the caller's signal; the stream is
 *   destroyed then.
 */
export async function openSession(
  peer: string,
  open: (options: { signal: AbortSignal; onBusy: () => void }) => Promise<Duplex> | Duplex,
  options: QmpConnectOptions,
): Promise<Session> {
  const timeout = checkTimeout(options.timeout === undefined ? DEFAULT_CONNECT_TIMEOUT : options.timeout);
  const { clock = SYSTEM_CLOCK } = options;
  const limit = new AbortController();
  const { signal } = limit;
  const onAbort = (): void => limit.abort(options.signal?.reason);
  if (options.signal?.aborted === true) throw options.signal.reason;
  options.signal?.addEventListener('abort', onAbort);
  let timedOut = false;
  let attempts = 0;
  const timer =
    timeout === undefined
      ? undefined
      : clock.setTimeout(() => {
          timedOut = true;
          limit.abort(new QmpTimeoutError(`${timeout} ms have passed`, { timeout }));
        }, timeout);

  let phase: QmpConnectPhase = 'dial';
  let stream: Duplex | undefined;
  let session: Session | undefined;
  try {
    stream = await open({ signal, onBusy: () => attempts++ });
    if (signal.aborted) throw signal.reason;
    session = new Session(stream, options);
    session.start();
    if (options.negotiate !== false) {
      phase = 'greeting';
      await readGreeting(session, peer, signal);
      phase = 'negotiation';
      await negotiate(session, peer, options.oob === true, signal);
    }
    return session;
  } catch (error) {
    session?.destroy('connecting failed');
    stream?.destroy();
    if (!timedOut || error !== signal.reason) throw error;
    throw new QmpConnectError(`Cannot connect to ${peer}: ${timeoutText(phase, timeout, attempts)}`, {
      phase,
      cause: error,
    });
  } finally {
    if (timeout !== undefined) clock.clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

async function readGreeting(session: Session, peer: string, signal: AbortSignal): Promise<void> {
  const outcome = await session.awaitGreeting(signal);
  if (outcome instanceof Failure) throw connectError('greeting', peer, outcome.make(), signal);
}

async function negotiate(session: Session, peer: string, oob: boolean, signal: AbortSignal): Promise<void> {
  const offered = session.greeting?.QMP.capabilities ?? [];
  const enable = oob && offered.includes('oob') ? ['oob'] : [];
  const outcome: QmpReply | Failure = await session.negotiate(enable, signal);
  if (outcome instanceof Failure) throw connectError('negotiation', peer, outcome.make(), signal);
  if (outcome.error === undefined) return;
  const { class: errorClass, desc } = outcome.error;
  throw new QmpCapabilitiesError(
    `${peer} refused capabilities negotiation: ${desc} (${errorClass}). Enabling: ${JSON.stringify(enable)}; offered: ${JSON.stringify(offered)}`,
    { cause: new QmpCommandError(errorClass, desc, { command: 'qmp_capabilities', reply: outcome }) },
  );
}

function connectError(phase: QmpConnectPhase, peer: string, cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  const when = phase === 'greeting' ? 'before a greeting came' : 'while capabilities were negotiated';
  return new QmpConnectError(`Cannot connect to ${peer}: ${when}: ${why}`, { phase, cause });
}

function timeoutText(phase: QmpConnectPhase, ms: number | undefined, busy: number): string {
  switch (phase) {
    case 'dial':
      return busy === 0
        ? `nothing answered within ${ms} ms`
        : `the queue in front of the monitor was full for ${ms} ms (EAGAIN, ${busy} times). A monitor serves one client at a time, ` +
            'and QEMU lets two wait: close the clients that hold it and those that wait; or QEMU is stopped';
    case 'greeting':
      return (
        `connected, but no greeting came within ${ms} ms. A monitor serves one client at a time: ` +
        "another client may hold it; or QEMU is stopped, or this isn't a QMP monitor"
      );
    default:
      return `the greeting came, but no reply to qmp_capabilities within ${ms} ms`;
  }
}
