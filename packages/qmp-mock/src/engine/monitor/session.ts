import { QmpCommandError, QmpDisconnectedError } from 'qmp-core/errors';
import { DIALECTS } from '../json/dialect.ts';
import { JsonParser, type JsonItem } from '../json/parser.ts';
import { printCompact, printPretty } from '../json/printer.ts';
import { QDict, type QValue } from '../json/value.ts';
import { NEGOTIATE, refusalOf } from './check-command.ts';
import { RunningCall } from './call.ts';
import { NO_REPLY, type Conversation } from './command-host.ts';
import { overtakes, readEnvelope, type Envelope } from './envelope.ts';
import {
  LINE_END,
  printError,
  PrintedEvent,
  printEvent,
  printReturn,
  type EventMessage,
  type OutgoingMessage,
  type ReplyError,
} from './messages.ts';
import { refuseUnoffered, requestedCapabilities } from './negotiation.ts';
import { NotModelledError } from '../not-modelled.ts';
import { Outbox } from './outbox.ts';
import type { MonitorSessionOptions } from './session-options.ts';

/**
 * In-band requests that wait, with out-of-band execution on, before the monitor stops reading
 * (`monitor/qmp.c`).
 */
const QUEUE_MAX = 8;

const ALREADY_NEGOTIATED = 'Capabilities negotiation is already complete, command ignored';

/**
 * QEMU's part of one QMP conversation, from greeting to close. Bytes go in with {@link receive}; messages go
 * out through `output`. It has neither I/O nor timers. A new connection to the same monitor gets a new
 * session.
 *
 * In-band commands run strictly in order. Without out-of-band execution, the session reads nothing while one
 * runs. With it, up to 8 more are queued, and `exec-oob` overtakes them. A command that the host runs
 * synchronously is answered in the same tick.
 *
 * @example
 * const session = new MonitorSession({ profile, host, output: (data) => socket.write(data) });
 * session.open(); // greeting
 * session.receive(new TextEncoder().encode('{"execute": "qmp_capabilities"}')); // {"return": {}}
 */
export class MonitorSession implements Conversation {
  readonly #options: MonitorSessionOptions;
  readonly #parser: JsonParser;
  readonly #pretty: boolean;
  readonly #offered: readonly string[];

  #negotiated = false;
  #oob = false;
  /** In-band items that wait for the running one. */
  readonly #queue: JsonItem[] = [];
  /** The running in-band command, and every other that has not been answered yet. */
  #running: RunningCall | undefined;
  readonly #unanswered = new Set<RunningCall>();
  #pumping = false;
  #paused = false;
  #ended = false;
  #closed = false;
  #destroyed = false;
  /** Called when the command that is under way has been answered. No other is begun. */
  #whenAnswered: (() => void) | undefined;
  #over = false;
  readonly #outbox: Outbox;

  constructor(options: MonitorSessionOptions) {
    this.#options = options;
    this.#pretty = options.pretty ?? false;
    this.#offered = (options.oobOffered ?? true) ? ['oob'] : [];
    this.#outbox = new Outbox(options.output);
    this.#parser = new JsonParser({
      dialect: DIALECTS[options.profile.rules.jsonParser],
      limits: options.limits,
    });
  }

  /** Whether capabilities negotiation is complete. */
  get negotiated(): boolean {
    return this.#negotiated;
  }

  /** Whether the client negotiated out-of-band execution. */
  get oobEnabled(): boolean {
    return this.#oob;
  }

  /**
   * Whether the session doesn't take input for now, because a command runs or the queue is full. It keeps
   * bytes that are pushed all the same. A chardev that stops reading gives the client the same flow control
   * as QEMU.
   */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether all input has been answered. */
  get idle(): boolean {
    return this.#running === undefined && this.#queue.length === 0 && this.#unanswered.size === 0;
  }

  /** Sends the greeting. */
  open(): void {
    const { qemu, package: packageName } = this.#options.profile.version;
    // Members in the order of `VersionInfo` in qapi/control.json: minor and micro share a bucket.
    const { major, minor, micro } = qemu;
    const version = { qemu: { major, minor, micro }, package: packageName };
    const message = { QMP: { version, capabilities: this.#offered } };
    const text = this.#pretty ? printPretty(message) : printCompact(message);
    this.#send({ kind: 'greeting', text, message });
  }

  /** Takes bytes from the client. They aren't copied, so don't change them. */
  receive(bytes: Uint8Array): void {
    if (this.#destroyed) return;
    this.#parser.push(bytes);
    this.#pump();
  }

  /**
   * Notes that the client has ended its half. Complete requests are still answered, then `close` is called.
   * With out-of-band execution, QEMU reads on while a command runs and finds the end at once: then pending
   * requests are never answered.
   */
  end(): void {
    this.#ended = true;
    this.#pump();
    if (!this.#oob || this.#closed || this.#destroyed) return;
    this.#closed = true;
    this.#options.close?.();
    this.destroy();
  }

  /** Sends an event, unless the client has not negotiated. */
  sendEvent(event: EventMessage): void {
    if (!this.#negotiated || this.#destroyed) return;
    const text = event instanceof PrintedEvent ? event.text(this.#pretty) : printEvent(event, this.#pretty);
    this.#send({ kind: 'event', text, event });
  }

  /**
   * Begins no further command. It calls back once the one that is under way has been answered and all output
   * has been handed over: at once if there is none.
   */
  finish(callback: () => void): void {
    this.#whenAnswered = callback;
    if (!this.#pumping) this.#answered();
  }

  #answered(): void {
    const callback = this.#whenAnswered;
    if (callback === undefined || this.#running !== undefined) return;
    this.#whenAnswered = undefined;
    this.#over = true;
    callback();
  }

  /**
   * Notes that the connection is gone: the queue is dropped, running commands are aborted, and output stops.
   */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#outbox.close();
    this.#queue.length = 0;
    this.#running = undefined;
    if (this.#unanswered.size === 0) return;
    const calls = [...this.#unanswered];
    this.#unanswered.clear();
    for (const call of calls) {
      call.abort(new QmpDisconnectedError(`The client left before ${call.name} had been answered`));
    }
  }

  // Section: what comes in

  /**
   * Handles all input that can be handled now. A client that answers at once comes back here while it runs.
   */
  #pump(): void {
    if (this.#pumping || this.#destroyed || this.#over) return;
    this.#pumping = true;
    this.#outbox.hold();
    try {
      while (!this.#destroyed && this.#whenAnswered === undefined) {
        if (this.#running === undefined && this.#queue.length > 0) {
          this.#dispatch(this.#queue.shift()!);
          continue;
        }
        if (this.#full()) break;
        const item = this.#parser.next();
        if (item === undefined) break;
        this.#options.observer?.onReceive?.(item);
        // With nothing running the queue is empty, and the item is the next in any case.
        if (this.#running === undefined || overtakes(item.value)) this.#dispatch(item);
        else this.#queue.push(item);
      }
    } finally {
      this.#pumping = false;
      this.#outbox.release();
    }
    this.#answered();
    this.#setPaused(this.#full());
    if (this.#ended && !this.#closed && !this.#destroyed && this.idle && !this.#pumping) {
      this.#closed = true;
      this.#options.close?.();
    }
  }

  #full(): boolean {
    if (this.#running === undefined) return false;
    return !this.#oob || this.#queue.length >= QUEUE_MAX;
  }

  #setPaused(paused: boolean): void {
    if (this.#destroyed || paused === this.#paused) return;
    this.#paused = paused;
    this.#options.onPause?.(paused);
  }

  #dispatch(item: JsonItem): void {
    if (item.error !== undefined) {
      this.#fail('GenericError', item.error, undefined);
      return;
    }
    const { value } = item;
    const id = value instanceof QDict ? value.get('id') : undefined;
    const envelope = readEnvelope(value, this.#oob);
    if (typeof envelope === 'string') {
      this.#fail('GenericError', envelope, id);
      return;
    }
    const refusal = refusalOf(envelope, this.#options.host, this.#negotiated);
    if (refusal !== undefined) {
      this.#fail(refusal.class, refusal.desc, id, envelope);
      return;
    }
    if (envelope.name === NEGOTIATE) this.#negotiate(envelope, id);
    else this.#run(new RunningCall(this, envelope, value as QDict));
  }

  #negotiate(envelope: Envelope, id: QValue | undefined): void {
    if (this.#negotiated) {
      this.#fail('CommandNotFound', ALREADY_NEGOTIATED, id, envelope);
      return;
    }
    const requested = requestedCapabilities(envelope.args);
    const unoffered = refuseUnoffered(requested, this.#offered);
    if (unoffered !== undefined) {
      this.#fail('GenericError', unoffered, id, envelope);
      return;
    }
    this.#negotiated = true;
    this.#oob = requested.has('oob');
    this.#reply(envelope, id, {});
  }

  // Section: running commands

  #run(call: RunningCall): void {
    let result: unknown;
    try {
      result = this.#options.host.run(call);
    } catch (error) {
      this.#failed(call, error);
      return;
    }
    if (!isThenable(result)) {
      this.#finished(call, result);
      return;
    }
    this.#unanswered.add(call);
    if (!call.oob) this.#running = call;
    result.then(
      (value) => this.#settled(call, () => this.#finished(call, value)),
      (error: unknown) => this.#settled(call, () => this.#failed(call, error)),
    );
  }

  /** Answers an asynchronous command that has ended. */
  #settled(call: RunningCall, answer: () => void): void {
    if (!this.#unanswered.delete(call)) return; // the client has left
    if (this.#running === call) this.#running = undefined;
    answer();
    this.#pump();
  }

  #finished(call: RunningCall, result: unknown): void {
    if (result === NO_REPLY) {
      call.replied();
      return;
    }
    try {
      this.#reply(call, call.id, result === undefined ? {} : result, call);
    } catch (error) {
      // Data that contains itself cannot be printed; whoever gave it hears of it, and so does the client.
      if (!(error instanceof RangeError)) throw error;
      this.#failed(call, error);
    }
  }

  #failed(call: RunningCall, error: unknown): void {
    let refusal: ReplyError;
    if (error instanceof QmpCommandError) {
      refusal = {
        class: error.class,
        desc: error.desc,
        ...(error instanceof NotModelledError && { notModelled: error.what }),
      };
    } else {
      const text = error instanceof Error ? error.message : String(error);
      refusal = { class: 'GenericError', desc: `${call.name} failed in the mock: ${text}` };
      this.#options.onHostError?.(error, call);
    }
    this.#refuse(refusal, call.id, call, call);
  }

  // Section: what goes out

  #reply(envelope: Envelope, id: QValue | undefined, result: unknown, call?: RunningCall): void {
    const text = printReturn(result, id, this.#pretty);
    this.#send({ kind: 'reply', text, command: envelope.name, id, oob: envelope.oob, result }, call);
  }

  #fail(errorClass: string, desc: string, id: QValue | undefined, envelope?: Envelope): void {
    this.#refuse({ class: errorClass, desc }, id, envelope);
  }

  #refuse(error: ReplyError, id: QValue | undefined, envelope?: Envelope, call?: RunningCall): void {
    const text = printError(error, id, this.#pretty);
    const oob = envelope?.oob ?? false;
    this.#send({ kind: 'reply', text, command: envelope?.name, id, oob, error }, call);
  }

  #send(message: OutgoingMessage, call?: RunningCall): void {
    if (this.#destroyed) return;
    const { observer, transmit } = this.#options;
    observer?.onSend?.(message);
    let sent: unknown;
    if (transmit === undefined) this.#outbox.write(message.text + LINE_END);
    else sent = transmit(message, (data = message.text + LINE_END) => this.#outbox.write(data));
    if (call?.hasActions !== true) return;
    if (isThenable(sent)) {
      sent.then(
        () => this.#afterReply(call),
        () => this.#afterReply(call),
      );
    } else {
      this.#afterReply(call);
    }
  }

  #afterReply(call: RunningCall): void {
    this.#outbox.flush();
    call.replied();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}
