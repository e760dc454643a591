import type { Duplex } from 'node:stream';
import type { Connection, ConnectionOptions, Outlet } from './chardev/connection.ts';
import type { Clock } from '../engine/clock.ts';
import type { FaultBook } from './fault/fault-book.ts';
import { FaultGate } from './fault/fault-gate.ts';
import type { CommandWaiter } from './journal/command-waiter.ts';
import type { Journal } from './journal/journal.ts';
import type { MockMachine } from './mock-machine.ts';
import type { OutgoingMessage } from '../engine/monitor/messages.ts';
import type { Conversation } from '../engine/monitor/command-host.ts';
import type { MonitorSessionOptions } from '../engine/monitor/session-options.ts';
import type { QemuProfile } from '../engine/profile.ts';
import type { Script } from './script/script.ts';

/** What a {@link Switchboard} joins. */
export interface SwitchboardOptions {
  readonly profile: QemuProfile;
  readonly machine: MockMachine;
  readonly script: Script;
  readonly journal: Journal;
  readonly waiter: CommandWaiter;
  readonly book: FaultBook;
  readonly clock: Clock;
  readonly pretty: boolean | undefined;
  readonly oob: boolean | undefined;
}

type SessionOptions = Omit<MonitorSessionOptions, 'output' | 'close' | 'onPause'>;

/** Joins each connection with what concerns it: the machine and its events, the journal, the script, the faults. */
export class Switchboard implements Pick<ConnectionOptions, 'session' | 'outlet' | 'onOverflow'> {
  readonly #options: SwitchboardOptions;
  /** Also of connections that have ended: a script may still speak of them. */
  readonly #connections = new WeakMap<Conversation, Connection>();
  readonly #gates = new Map<number, FaultGate>();
  /** How monitors print that do not print as all others do, by their stream. */
  readonly #pretty = new WeakMap<Duplex, boolean>();
  /** What went wrong with connections, for verification. */
  readonly problems: string[] = [];

  constructor(options: SwitchboardOptions) {
    this.#options = options;
  }

  /** The connection of a session. */
  connectionOf(session: Conversation): Connection {
    return this.#connections.get(session)!;
  }

  /** Says how the monitor on a stream prints, ahead of its connection. */
  setPretty(stream: Duplex, pretty: boolean): void {
    this.#pretty.set(stream, pretty);
  }

  /** A connection is about to be greeted. */
  readonly onOpen = (connection: Connection): void => {
    this.#connections.set(connection.session, connection);
    this.#options.machine.add(connection.session);
  };

  /** A connection has ended. */
  readonly onClose = (connection: Connection): void => {
    this.#gates.delete(connection.id);
    this.#options.machine.delete(connection.session);
  };

  readonly onOverflow = (connection: Connection): void => {
    const text = `client ${connection.id} did not read: ${connection.unsentBytes} bytes waited for it, more than the option unsentLimit allows, and it was cut off`;
    this.problems.push(text);
    this.#options.journal.addNote(text, connection.id);
  };

  /** What a connection's session is told. */
  readonly session = (connection: Connection): SessionOptions => {
    const { profile, machine, script, journal, waiter, pretty, oob } = this.#options;
    return {
      profile,
      host: machine,
      pretty: this.#pretty.get(connection.stream) ?? pretty,
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
  };

  /** Makes what stands between a connection's session and its stream. */
  readonly outlet = (
    sink: (data: string | Uint8Array) => void,
    id: number,
    connection: Connection,
  ): Outlet => {
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
  };

  /** Looks out for the end of negotiation, and for commands that this QEMU does not have. */
  #replied(connection: Connection, { command, error }: OutgoingMessage & { kind: 'reply' }): void {
    const { machine, script, journal } = this.#options;
    if (command === 'qmp_capabilities') {
      if (error === undefined) script.begin();
    } else if (error?.class === 'CommandNotFound' && command !== undefined && connection.negotiated) {
      if (machine.find(command) !== undefined || script.isAllowed(command)) return;
      const request = journal.received({ handshake: false }).findLast((one) => one.execute === command);
      script.noteUnhandled(command, request?.arguments, 'unknown');
    }
  }
}
