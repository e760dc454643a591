import type { Duplex } from 'node:stream';
import { Connection } from '../../mock/chardev/connection.ts';
import type { CommandHost } from '../../engine/monitor/command-host.ts';
import type { EventHub } from '../../engine/monitor/event-hub.ts';
import type { MonitorSession } from '../../engine/monitor/session.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import type { Frontend } from './chardev.ts';

/** Most bytes that wait for a client that does not read. Real QEMU has no such limit. */
const UNSENT_LIMIT = 1024 * 1024 * 1024;

/** What a QMP monitor needs. */
export interface QmpFrontendOptions {
  readonly profile: QemuProfile;
  readonly host: CommandHost;
  readonly hub: EventHub;
  readonly pretty: boolean;
  /** Told when a client has been greeted. */
  readonly onGreet?: (() => void) | undefined;
  /** Told when its client has gone. */
  readonly onLeave?: (() => void) | undefined;
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
    const { profile, host, hub, pretty, onGreet, onLeave } = this.#options;
    const gone = (): void => {
      hub.delete(connection.session);
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      left();
      onLeave?.();
    };
    const connection = new Connection({
      id: 1,
      stream,
      session: () => ({ profile, host, pretty }),
      unsentLimit: UNSENT_LIMIT,
      onEnd: () => {},
      onClose: gone,
    });
    this.#connection = connection;
    hub.add(connection.session);
    connection.open({ greet: true });
    onGreet?.();
  }

  disconnect(): void {
    this.#connection?.close();
  }
}
