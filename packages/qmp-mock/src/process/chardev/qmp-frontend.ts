import type { Duplex } from 'node:stream';
import type { MonitorSession } from '../../engine/monitor/session.ts';
import type { Frontend } from './chardev.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

/** Parts of a QMP monitor: those of its connections, and who hears of them. */
export interface QmpFrontendOptions extends Pick<
  ConnectionOptions,
  'session' | 'outlet' | 'unsentLimit' | 'onOverflow'
> {
  /** Gives each connection its number. */
  readonly nextId: () => number;
  /** Called when a client is about to be greeted. */
  readonly onOpen: (connection: Connection) => void;
  /** Called when a connection has ended. */
  readonly onClose: (connection: Connection) => void;
}

/** A QMP monitor on a chardev (`-qmp`, `-mon mode=control`, `-object monitor-qmp`). */
export class QmpFrontend implements Frontend {
  readonly #options: QmpFrontendOptions;
  #connection: Connection | undefined;

  constructor(options: QmpFrontendOptions) {
    this.#options = options;
  }

  /** The conversation that goes on. */
  get session(): MonitorSession | undefined {
    return this.#connection?.session;
  }

  connect(stream: Duplex, left: () => void): void {
    const { session, outlet, unsentLimit, onOverflow, nextId, onOpen, onClose } = this.#options;
    const connection = new Connection({
      id: nextId(),
      stream,
      session,
      outlet,
      unsentLimit,
      onOverflow,
      onEnd: left,
      onClose: () => {
        if (this.#connection === connection) this.#connection = undefined;
        onClose(connection);
        left();
      },
    });
    this.#connection = connection;
    onOpen(connection);
    connection.open({ greet: true });
  }

  disconnect(): void {
    this.#connection?.close();
  }
}
