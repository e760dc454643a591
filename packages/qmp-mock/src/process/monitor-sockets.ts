import type { Duplex } from 'node:stream';
import { QmpStateError } from 'qmp-core';
import { BOOLEAN, checkOptions, SIGNAL, TEXT, type OptionRules } from 'qmp-core/internal';
import {
  bind,
  dial,
  parseAddress,
  type BoundAddress,
  type BoundServer,
  type QmpAddress,
  type QmpAddressInput,
} from 'qmp-core/transport';
import type { Clock } from '../engine/clock.ts';
import type { MonitorInfo } from '../machine/machine-host.ts';
import type { MachineRules } from '../machine/machine-rules.ts';
import type { ChardevSet } from './chardev/chardev-set.ts';
import { duplexPair } from './chardev/duplex-pair.ts';
import { SocketChardev, type SocketSpec } from './chardev/socket-chardev.ts';
import type { SocketPlace } from './command-line/socket-address.ts';
import type { SocketHost } from './host.ts';
import type { MonitorSet } from './monitor-set.ts';
import { privatePath } from './node/private-path.ts';

/** Options of a monitor: of `mock.listen`, `mock.connect` and `mock.serve`. */
export interface MonitorOptions {
  /**
   * Id of the monitor and of its chardev. Default: `compat_monitor0`, `compat_monitor1`, …, as QEMU numbers
   * the monitors of `-qmp`.
   */
  id?: string | undefined;
  /** Whether to spread messages over several lines. Default: the mock's own option. */
  pretty?: boolean | undefined;
}

/** Options of `mock.dial`. */
export interface DialOptions extends MonitorOptions {
  /**
   * Time in ms on the mock's clock after which it dials again when the connection has ended or a new attempt
   * has failed (QEMU's `reconnect-ms`). Default: it doesn't dial again.
   */
  reconnect?: number | undefined;
  /** Gives up dialling. */
  signal?: AbortSignal | undefined;
}

const MONITOR_OPTIONS: OptionRules<MonitorOptions> = { id: TEXT, pretty: BOOLEAN };

const DIAL_OPTIONS: OptionRules<DialOptions> = {
  ...MONITOR_OPTIONS,
  reconnect: {
    what: 'a number of ms from 0',
    accepts: (value) => typeof value === 'number' && value >= 0 && value < Infinity,
  },
  signal: SIGNAL,
};

/** Options of {@link MonitorSockets}. */
export interface MonitorSocketsOptions {
  readonly clock: Clock;
  readonly rules: MachineRules;
  readonly chardevs: () => ChardevSet;
  readonly monitors: MonitorSet;
  /** Gives a monitor its id. */
  readonly nextId: () => string;
  /** Whether to spread messages over several lines. */
  readonly pretty?: boolean | undefined;
}

/** Adds QMP monitors beyond those of the command line, each on its own socket chardev, as `-qmp` does. */
export class MonitorSockets {
  readonly #options: MonitorSocketsOptions;

  constructor(options: MonitorSocketsOptions) {
    this.#options = options;
  }

  /**
   * Listens.
   *
   * @param address - The address. Default: a UNIX socket in a directory that only this user can read.
   * @throws QmpConnectError if it can't listen there.
   * @throws QmpStateError if the address is invalid.
   */
  async listen(address?: QmpAddressInput, options?: MonitorOptions): Promise<BoundAddress> {
    checkOptions('listen', options, MONITOR_OPTIONS);
    const own = address === undefined ? await privatePath() : undefined;
    const asked = parseAddress(own ?? address!);
    let server: BoundServer;
    try {
      server = await bind(asked);
    } catch (error) {
      await own?.remove();
      throw error;
    }
    const bound = server.address;
    const place = asked.kind === 'fd' || !('port' in bound) ? placeOf(asked) : inetOf(bound);
    const chardev = this.#add(
      { place, server: true },
      {
        listen: (_request, onClient) => {
          server.onConnection(onClient);
          return Promise.resolve({
            port: 'port' in bound ? bound.port : undefined,
            async close() {
              await server.close();
              await own?.remove();
            },
          });
        },
      },
      options,
    );
    await chardev.open();
    return bound;
  }

  /**
   * Dials a listener.
   *
   * @throws QmpConnectError if there is no listener.
   */
  async dial(input: QmpAddressInput, options: DialOptions = {}): Promise<void> {
    checkOptions('dial', options, DIAL_OPTIONS);
    const { reconnect, signal, ...rest } = options;
    const address = parseAddress(input);
    const stream = await dial(address, { signal });
    const spec = { place: placeOf(address), server: false, reconnectMs: reconnect };
    const isThere = (): boolean => this.#options.chardevs().get(chardev.label) === chardev;
    const chardev: SocketChardev = this.#add(spec, { dial: () => dialWhile(isThere, address) }, rest);
    chardev.arrive(stream);
  }

  /** Makes a connection in memory, and gives the client's end. */
  connect(options?: MonitorOptions): Duplex {
    const [client, server] = duplexPair();
    this.serve(server, options);
    return client;
  }

  /** Serves a client on a stream that is already open. The monitor ends with it. */
  serve(stream: Duplex, options: MonitorOptions = {}): void {
    checkOptions('serve', options, MONITOR_OPTIONS);
    const spec = { place: { kind: 'fd', fd: -1 }, server: false } as const;
    this.#add(spec, {}, { ...options, closeAction: 'delete' }).arrive(stream);
  }

  #add(
    { place, server, reconnectMs }: Pick<SocketSpec, 'place' | 'server' | 'reconnectMs'>,
    host: Partial<SocketHost>,
    asked: MonitorOptions & Pick<MonitorInfo, 'closeAction'> = {},
  ): SocketChardev {
    const { clock, rules, chardevs, monitors, nextId } = this.#options;
    const { id = nextId(), pretty = this.#options.pretty === true, closeAction } = asked;
    if (chardevs().has(id)) throw new QmpStateError(`There is a chardev ${id} already`);
    const spec: SocketSpec = {
      kind: 'socket',
      place,
      server,
      reconnectMs,
      wait: false,
      telnet: false,
      mux: false,
    };
    const chardev = new SocketChardev(id, spec, { host: { ...UNREACHABLE, ...host }, clock, rules });
    chardevs().add(chardev);
    chardev.claim();
    monitors.attach({ id, type: 'monitor-qmp', chardev: id, pretty, closeAction }, chardev);
    return chardev;
  }
}

/** Dials. If the queue is full, it tries again as long as the connection is wanted. */
function dialWhile(isWanted: () => boolean, address: QmpAddress): Promise<Duplex> {
  const stop = new AbortController();
  const onBusy = (): void => {
    if (!isWanted()) stop.abort();
  };
  return dial(address, { signal: stop.signal, onBusy });
}

const unreachable = (): Promise<never> =>
  Promise.reject(new QmpStateError('This monitor has one connection'));
const UNREACHABLE: SocketHost = { listen: unreachable, dial: unreachable, inherit: unreachable };

function placeOf(address: QmpAddress): SocketPlace {
  if (address.kind === 'unix') return { kind: 'unix', path: address.path };
  if (address.kind === 'fd') return { kind: 'fd', fd: address.fd };
  return inetOf(address);
}

function inetOf({ host, port }: { host: string; port: number }): SocketPlace {
  return { kind: 'inet', host, port: String(port) };
}
