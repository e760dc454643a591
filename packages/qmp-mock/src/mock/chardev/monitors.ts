import type { QemuProfile } from '../../engine/profile.ts';
import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';
import { QmpStateError } from 'qmp-core';
import {
  bind,
  dial,
  parseAddress,
  type BoundAddress,
  type BoundServer,
  type QmpAddressInput,
} from 'qmp-core/transport';
import type { Clock } from '../../engine/clock.ts';
import type { ChardevInfo } from '../../machine/machine-host.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import type { Conversation } from '../../engine/monitor/command-host.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { Monitor } from './monitor.ts';
import { chardevName, type Place } from './chardev-name.ts';
import { duplexPair } from './memory.ts';
import { privatePath } from './private-path.ts';

/** How a mock dials. */
export interface DialOptions {
  /**
   * Dials again when the connection has ended, or could not be made, after so many ms on the mock's clock (QEMU's
   * `reconnect-ms`). Default: does not.
   */
  reconnect?: number | undefined;
  /** Gives up dialling. */
  signal?: AbortSignal | undefined;
}

/** What the chardevs of a mock are given to make connections of streams. */
export interface MonitorsOptions {
  readonly clock: Clock;
  /** What a connection is made from, beside its stream and its number. */
  readonly connection: Omit<ConnectionOptions, 'id' | 'stream' | 'onClose' | 'onEnd'>;
  /** Told of a connection that is about to be greeted. */
  readonly onOpen: (connection: Connection) => void;
  /** Told of a connection that has ended. */
  readonly onClose: (connection: Connection) => void;
}

/** Every monitor of a mock, with its chardev, and every connection to them. */
export class Monitors {
  readonly #options: MonitorsOptions;
  /** Each with where it is. */
  readonly #monitors = new Map<Monitor, Place>();
  readonly #connections = new Set<Connection>();
  /** Undo what was opened: servers, directories, dials. */
  readonly #releases = new Set<() => void | Promise<void>>();
  /** The undoing that is under way, of this call of {@link shutDown} and those before. */
  #released: Promise<unknown> = Promise.resolve();
  #count = 0;
  #labels = 0;
  #parked = false;

  constructor(options: MonitorsOptions) {
    this.#options = options;
  }

  /** The connections that are open, oldest first. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Whether clients are held back without a greeting. */
  set parked(parked: boolean) {
    this.#parked = parked;
    for (const monitor of this.#monitors.keys()) monitor.parked = parked;
  }

  /** How many clients wait for a monitor. */
  get waiting(): number {
    let count = 0;
    for (const monitor of this.#monitors.keys()) count += monitor.waiting;
    return count;
  }

  /** The monitors' ids, which are those of their chardevs too. */
  labels(): string[] {
    return [...this.#monitors.keys()].map(({ label }) => label);
  }

  /** The id of the monitor that a conversation belongs to. */
  labelOf(session: Conversation): string | undefined {
    return [...this.#monitors.keys()].find(({ current }) => current?.session === session)?.label;
  }

  /** The monitors' chardevs, as a QEMU of that version describes them. */
  chardevs(profile: QemuProfile): ChardevInfo[] {
    const rules = machineRules(profile);
    return [...this.#monitors].map(([{ label, current }, place]) => ({
      label,
      filename: chardevName(place, current?.stream, rules),
      frontendOpen: true,
      busy: true,
    }));
  }

  async listen(address?: QmpAddressInput): Promise<BoundAddress> {
    const own = address === undefined ? await privatePath() : undefined;
    let server: BoundServer;
    try {
      server = await bind(parseAddress(own ?? address!));
    } catch (error) {
      await own?.remove();
      throw error;
    }
    const monitor = this.#add({ server: server.address });
    server.onConnection((stream) => monitor.arrive(stream));
    this.#releases.add(async () => {
      await server.close();
      await own?.remove();
    });
    return server.address;
  }

  async dial(input: QmpAddressInput, options: DialOptions = {}): Promise<void> {
    const { reconnect, signal } = options;
    if (reconnect !== undefined && !(reconnect >= 0 && reconnect < Infinity)) {
      throw new QmpStateError(`reconnect is a number of ms, not ${String(reconnect)}`);
    }
    const address = parseAddress(input);
    const stream = await dial(address, { signal });
    const monitor = this.#add({ peer: address });
    if (reconnect !== undefined) this.#keepDialling(monitor, () => dial(address), reconnect);
    monitor.arrive(stream);
  }

  connect(): Duplex {
    const [client, server] = duplexPair();
    this.#add({}, { once: true }).arrive(server);
    return client;
  }

  serve(stream: Duplex): void {
    this.#add({}, { once: true }).arrive(stream);
  }

  /** Stops listening and dialling, and ends every connection once what was written has been sent. */
  async shutDown(): Promise<void> {
    for (const monitor of this.#monitors.keys()) monitor.close();
    this.#monitors.clear();
    const releases = [...this.#releases];
    this.#releases.clear();
    for (const connection of this.#connections) connection.close();
    this.#released = Promise.all([this.#released, ...releases.map(async (release) => release())]);
    await this.#released;
  }

  /** As {@link shutDown}, but does not wait for clients that do not read. */
  async close(): Promise<void> {
    const closing = [...this.#connections];
    const released = this.shutDown();
    for (const connection of closing) if (connection.unsentBytes > 0) connection.destroy();
    const grace = setTimeout(() => closing.forEach((connection) => connection.destroy()), CLOSE_GRACE);
    await Promise.all(closing.map((connection) => gone(connection)));
    clearTimeout(grace);
    await released;
  }

  #add(place: Place, options: { once?: boolean } = {}): Monitor {
    const label = `compat_monitor${this.#labels++}`;
    const monitor = new Monitor(label, (stream, self) => this.#serve(stream, self, options.once === true));
    monitor.parked = this.#parked;
    this.#monitors.set(monitor, place);
    return monitor;
  }

  #serve(stream: Duplex, monitor: Monitor, once: boolean): Connection {
    const left = (connection: Connection): void => {
      if (once) this.#monitors.delete(monitor);
      monitor.leave(connection);
    };
    const connection = new Connection({
      ...this.#options.connection,
      id: ++this.#count,
      stream,
      onEnd: left,
      onClose: () => {
        this.#connections.delete(connection);
        this.#options.onClose(connection);
        left(connection);
      },
    });
    this.#connections.add(connection);
    this.#options.onOpen(connection);
    connection.open({ greet: true });
    return connection;
  }

  /** Dials again whenever the monitor is without a client. */
  #keepDialling(monitor: Monitor, redial: () => Promise<Duplex>, ms: number): void {
    let stopped = false;
    let cancel: () => void = nothing;
    const later = (): void => {
      if (!stopped) cancel = this.#options.clock.after(ms, () => void attempt());
    };
    const attempt = async (): Promise<void> => {
      try {
        const stream = await redial();
        if (stopped) stream.destroy();
        else monitor.arrive(stream);
      } catch {
        later();
      }
    };
    monitor.onFree = later;
    this.#releases.add(() => {
      stopped = true;
      cancel();
    });
  }
}

/** How long a peer may take to see the end of the stream, in ms of real time. */
const CLOSE_GRACE = 500;

const nothing = (): void => {};

function gone(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (connection.stream.closed) resolve();
    else connection.stream.once('close', () => resolve());
  });
}
