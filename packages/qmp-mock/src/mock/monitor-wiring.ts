import type { Connection, Outlet } from '../process/chardev/connection.ts';
import { QmpFrontend, type QmpFrontendOptions } from '../process/chardev/qmp-frontend.ts';
import type { MachineRunner } from '../process/machine-runner.ts';
import type { Clock } from '../engine/clock.ts';
import type { MonitorSessionOptions } from '../engine/monitor/session-options.ts';
import type { OutgoingMessage } from '../engine/monitor/messages.ts';
import type { Conversation } from '../engine/monitor/command-host.ts';
import type { FaultBook } from './fault/fault-book.ts';
import { FaultGate } from './fault/fault-gate.ts';
import type { CommandWaiter } from './journal/command-waiter.ts';
import type { Journal } from './journal/journal.ts';
import type { Script } from './script/script.ts';

/** Parts of {@link MonitorWiring}: everything that takes part in a mock's conversations. */
export interface MonitorWiringOptions {
  readonly runner: () => MachineRunner;
  readonly script: Script;
  readonly journal: Journal;
  readonly waiter: CommandWaiter;
  readonly book: FaultBook;
  readonly clock: Clock;
  readonly oob: boolean | undefined;
}

type SessionOptions = Omit<MonitorSessionOptions, 'output' | 'close' | 'onPause'>;

/**
 * Makes the QMP monitors of a mock. They are ordinary monitors, with the journal, the script and the faults
 * around each conversation.
 */
export class MonitorWiring {
  readonly #options: MonitorWiringOptions;
  /** Connections by conversation, including ended ones: a script may still refer to them. */
  readonly #connections = new WeakMap<Conversation, Connection>();
  readonly #gates = new Map<number, FaultGate>();
  /** Mishaps of connections, for verification. */
  readonly problems: string[] = [];

  constructor(options: MonitorWiringOptions) {
    this.#options = options;
  }

  /** The connection of a session. */
  connectionOf(session: Conversation): Connection {
    return this.#connections.get(session)!;
  }

  /** Makes a monitor. */
  monitor(ordinary: QmpFrontendOptions): QmpFrontend {
    return new QmpFrontend({
      ...ordinary,
      session: (connection) => this.#session(connection, ordinary.session(connection)),
      outlet: (sink, id, connection) => this.#outlet(sink, id, connection),
      onOverflow: (connection) => this.#overflowed(connection),
      onOpen: (connection) => {
        this.#connections.set(connection.session, connection);
        ordinary.onOpen(connection);
      },
      onClose: (connection) => {
        this.#gates.delete(connection.id);
        ordinary.onClose(connection);
      },
    });
  }

  #overflowed(connection: Connection): void {
    const text = `client ${connection.id} did not read: ${connection.unsentBytes} bytes waited for it, more than the option unsentLimit allows, and it was cut off`;
    this.problems.push(text);
    this.#options.journal.addNote(text, connection.id);
  }

  /** Options of a connection's session. */
  #session(connection: Connection, ordinary: SessionOptions): SessionOptions {
    const { script, journal, waiter, oob } = this.#options;
    return {
      ...ordinary,
      oobOffered: oob,
      observer: {
        onReceive: (item) => {
          journal.addReceived(item, connection.id);
          if (waiter.waiting) waiter.check();
        },
        onSend: (message) => journal.addSent(message, connection.id),
      },
      transmit: (message, write) => {
        const command = message.kind === 'reply' ? message.command : undefined;
        const passing = { kind: message.kind, command, text: message.text };
        this.#gates.get(connection.id)!.pass(passing, write);
        if (message.kind === 'reply') this.#replied(connection, message);
      },
      onHostError: (error, call) => script.noteFailure(`${call.name} failed in the mock: ${String(error)}`),
    };
  }

  /** Makes the outlet between a connection's session and its stream. */
  #outlet(sink: (data: string | Uint8Array) => void, id: number, connection: Connection): Outlet {
    const { clock, book, journal } = this.#options;
    const gate = new FaultGate({
      connection: id,
      clock,
      book,
      sink,
      close: () => connection.close(),
      reset: () => connection.reset(),
      onStrike: (name) => journal.addNote(`fault: ${name}`, id),
    });
    this.#gates.set(id, gate);
    return gate;
  }

  /** Watches for the end of negotiation, and for commands that this QEMU doesn't have. */
  #replied(connection: Connection, { command, error }: OutgoingMessage & { kind: 'reply' }): void {
    const { runner, script, journal } = this.#options;
    if (command === 'qmp_capabilities') {
      if (error === undefined) script.begin();
    } else if (error?.class === 'CommandNotFound' && command !== undefined && connection.negotiated) {
      if (runner().find(command) !== undefined || script.isAllowed(command)) return;
      const request = journal.received({ handshake: false }).findLast((one) => one.execute === command);
      script.noteUnhandled(command, request?.arguments, undefined);
    }
  }
}
