import type { MonitorInfo } from '../machine/machine-host.ts';
import type { Conversation } from '../engine/monitor/command-host.ts';
import type { Chardev, Frontend } from './chardev/chardev.ts';
import type { ChardevSet } from './chardev/chardev-set.ts';
import type { Connection } from './chardev/connection.ts';
import { drained } from './chardev/drained.ts';
import { QmpFrontend, type QmpFrontendOptions } from './chardev/qmp-frontend.ts';

/** Makes what is attached to chardevs. */
export interface FrontendFactory {
  /** Makes a QMP monitor; `ordinary` is what an ordinary one is made from. */
  qmp(monitor: MonitorInfo, ordinary: QmpFrontendOptions): QmpFrontend;
  /** Makes a human monitor. */
  hmp(monitor: MonitorInfo): Frontend;
  /** Makes a device of the guest. */
  device(chardev: string): Frontend;
}

/** Surroundings of a {@link MonitorSet}. */
export interface MonitorSetOptions {
  readonly chardevs: () => ChardevSet;
  readonly frontends: Pick<FrontendFactory, 'qmp'> & Partial<FrontendFactory>;
  /** Gives what a monitor's connections tell their sessions. */
  readonly session: (monitor: MonitorInfo) => QmpFrontendOptions['session'];
  /** Most bytes that may wait for a client that doesn't read. */
  readonly unsentLimit: number;
  /** Called when a client is about to be greeted. */
  readonly onOpen?: ((connection: Connection) => void) | undefined;
  /** Called when a connection has ended. */
  readonly onClose?: ((connection: Connection) => void) | undefined;
}

/** The monitors of a QEMU, by id. */
export class MonitorSet {
  readonly #options: MonitorSetOptions;
  readonly #monitors = new Map<string, { readonly info: MonitorInfo; readonly frontend: Frontend }>();
  readonly #connections = new Set<Connection>();
  #count = 0;

  constructor(options: MonitorSetOptions) {
    this.#options = options;
  }

  /** Every monitor, in the order in which they came. */
  list(): MonitorInfo[] {
    return [...this.#monitors.values()].map(({ info }) => info);
  }

  /** The connections to QMP monitors that are open, oldest first. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** The id of the monitor that a conversation belongs to. */
  idOf(session: Conversation): string | undefined {
    for (const [id, { frontend }] of this.#monitors) {
      if (frontend instanceof QmpFrontend && frontend.session === session) return id;
    }
    return undefined;
  }

  /** Attaches a monitor to a chardev, which it has claimed. */
  attach(info: MonitorInfo, chardev: Chardev): void {
    const { qmp, hmp } = this.#options.frontends;
    const frontend =
      info.type === 'monitor-hmp' && hmp !== undefined ? hmp(info) : qmp(info, this.#qmpOptions(info));
    this.#monitors.set(info.id, { info, frontend });
    chardev.attach(frontend);
  }

  /** Detaches a monitor and ends its conversation. */
  remove(id: string): void {
    const monitor = this.#monitors.get(id);
    this.#monitors.delete(id);
    if (monitor !== undefined) this.#options.chardevs().get(monitor.info.chardev)?.detach();
  }

  /**
   * Ends every conversation, once what was written has been sent, and closes every chardev.
   *
   * @param grace - Length of time in ms that a client may take to read what is left.
   * @param patience - Length of time in ms that a command under way may take.
   * @returns `released` resolves when nothing listens any more, `sent` when everything has been sent, or the
   *   time is up.
   */
  end(
    grace: number,
    patience: number = 0,
  ): { readonly released: Promise<void>; readonly sent: Promise<unknown> } {
    const chardevs = this.#options.chardevs();
    const all = chardevs.list();
    const connections = [...this.#connections];
    this.#monitors.clear();
    const answering = new Set(connections.filter(({ session }) => !session.idle));
    for (const connection of connections) connection.close(patience);
    const released = chardevs.release();
    const sent = Promise.all([
      released,
      ...all.map((chardev) => chardev.drained(grace)),
      ...connections.map((connection) =>
        drained(connection.stream, answering.has(connection) ? grace + patience : grace),
      ),
    ]);
    return { released, sent };
  }

  /** As {@link end}, but a client that doesn't read isn't waited for. */
  async close(grace: number): Promise<void> {
    const connections = [...this.#connections];
    const { sent } = this.end(grace);
    for (const connection of connections) if (connection.unsentBytes > 0) connection.destroy();
    await sent;
  }

  #qmpOptions(info: MonitorInfo): QmpFrontendOptions {
    const { session, unsentLimit, onOpen, onClose } = this.#options;
    return {
      session: session(info),
      unsentLimit,
      nextId: () => ++this.#count,
      onOpen: (connection) => {
        this.#connections.add(connection);
        onOpen?.(connection);
      },
      onClose: (connection) => {
        this.#connections.delete(connection);
        onClose?.(connection);
        if (info.closeAction === 'delete') this.#leave(info);
      },
    };
  }

  /** `close-action=delete`: the monitor goes with its client, and its chardev too. */
  #leave({ id, chardev }: MonitorInfo): void {
    if (this.#monitors.delete(id)) void this.#options.chardevs().remove(chardev);
  }
}
