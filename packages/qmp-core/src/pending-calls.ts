import type { CallSite } from './call-site.ts';
import type { IdKey } from './ids.ts';
import type { Failure } from './outcome.ts';
import type { EncodedRequest } from './requests.ts';
import type { QmpReply } from './wire/messages.ts';

/**
 * QEMU queues eight in-band commands (`monitor/monitor.h`); with more on the wire, OOB commands are stuck
 * behind them.
 */
export const OOB_QUEUE_LENGTH = 8;

/** A command on its way: waiting to be sent, sent, or given up and still to be answered. */
export interface PendingCall {
  readonly request: EncodedRequest;
  /** Place of the call, if known. */
  readonly site: CallSite | undefined;
  /** Takes the answer, once. `undefined` after the caller has given up. */
  settle: ((outcome: QmpReply | Failure) => void) | undefined;
}

/**
 * The commands that have not been answered.
 *
 * An abandoned call stays here until its reply comes, so that a late reply is recognised and dropped. If an
 * id is used twice, replies go to the calls in the order of sending, because that is the order of replies.
 */
export class PendingCalls {
  readonly #send: (request: EncodedRequest) => void;
  /** Calls on the wire, by id, each list oldest first. */
  readonly #sent = new Map<IdKey, PendingCall | PendingCall[]>();
  /** Calls that aren't sent yet, because the monitor's queue is full. */
  readonly #queue = new Set<PendingCall>();
  #inBand = 0;
  #limit = Number.POSITIVE_INFINITY;
  #lastId = 0;

  constructor(send: (request: EncodedRequest) => void) {
    this.#send = send;
  }

  /** Limits the number of in-band commands on the wire from now on. */
  limitInBand(limit: number): void {
    this.#limit = limit;
    this.#sendQueued();
  }

  /** A short id that no unanswered call uses. */
  nextId(): number {
    do this.#lastId++;
    while (this.#sent.has(this.#lastId));
    return this.#lastId;
  }

  /** Sends a call, or queues it if the monitor's queue is full. */
  start(call: PendingCall): void {
    if (!call.request.oob && this.#inBand >= this.#limit) this.#queue.add(call);
    else this.#put(call);
  }

  #put(call: PendingCall): void {
    const others = this.#sent.get(call.request.key);
    if (others === undefined) this.#sent.set(call.request.key, call);
    else if (Array.isArray(others)) others.push(call);
    else this.#sent.set(call.request.key, [others, call]);
    if (!call.request.oob) this.#inBand++;
    this.#send(call.request);
  }

  #sendQueued(): void {
    for (const call of this.#queue) {
      if (this.#inBand >= this.#limit) return;
      this.#queue.delete(call);
      this.#put(call);
    }
  }

  /** The ids of the calls on the wire whose callers still wait. */
  get awaited(): Set<IdKey> {
    const calls = [...this.#sent.values()].flat();
    return new Set(calls.filter(({ settle }) => settle !== undefined).map(({ request }) => request.key));
  }

  /** Notes that the caller has given up. An unsent call is never sent; a sent one keeps its place. */
  abandon(call: PendingCall): void {
    call.settle = undefined;
    this.#queue.delete(call);
  }

  /** Removes and returns the call that a reply with this id answers; `undefined` if it answers nothing. */
  answered(key: IdKey): PendingCall | undefined {
    const found = this.#sent.get(key);
    if (found === undefined) return undefined;
    const call = Array.isArray(found) ? (found.shift() as PendingCall) : found;
    if (!Array.isArray(found) || found.length === 0) this.#sent.delete(key);
    if (!call.request.oob) {
      this.#inBand--;
      if (this.#queue.size > 0) this.#sendQueued();
    }
    return call;
  }

  /**
   * Removes and returns the oldest in-band call. An error without an id must belong to it, because QEMU
   * reports what it can't parse in the order of in-band commands.
   */
  oldestFailed(): PendingCall | undefined {
    let oldest: PendingCall | undefined;
    for (const entry of this.#sent.values()) {
      const call = Array.isArray(entry) ? entry[0] : entry;
      oldest ??= call;
      if (call?.request.oob === false) {
        oldest = call;
        break;
      }
    }
    return oldest === undefined ? undefined : this.answered(oldest.request.key);
  }

  /** Gives every pending call its own failure, because the connection has ended. */
  failAll(failureOf: (call: PendingCall) => Failure): void {
    const calls = [...this.#sent.values(), ...this.#queue].flat();
    this.#sent.clear();
    this.#queue.clear();
    this.#inBand = 0;
    for (const call of calls) call.settle?.(failureOf(call));
  }
}
