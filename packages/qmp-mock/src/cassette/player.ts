import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { QmpStateError } from 'qmp-core';
import type { BoundAddress, QmpAddressInput } from 'qmp-core/transport';
import type { Connection, ConnectionOptions } from '../process/chardev/connection.ts';
import { MonitorSockets } from '../process/monitor-sockets.ts';
import { MonitorSet } from '../process/monitor-set.ts';
import { ChardevSet } from '../process/chardev/chardev-set.ts';
import { QmpFrontend } from '../process/chardev/qmp-frontend.ts';
import { SystemClock } from '../process/node/system-clock.ts';
import type { Clock } from '../engine/clock.ts';
import { LIMITS } from '../mock/mock-options.ts';
import { nearestVersion } from '../version/version-folders.ts';
import { machineRules } from '../machine/machine-rules.ts';
import { loadProfile } from '../version/load-profile.ts';
import type { QemuProfile } from '../engine/profile.ts';
import type { Cassette, EventLine, GreetingLine } from './cassette.ts';
import { conversationsOf, type Conversation } from './conversation.ts';
import { CassetteDriftError, recordAgainText } from './errors.ts';
import { parseCassette } from './format.ts';
import type { CassetteOrder } from './match.ts';
import { ConversationPlayer } from './play-conversation.ts';
import { redactRequest, type Redact } from './redact.ts';
import type { SchemaSource } from './shapes.ts';
import { assertFresh } from './staleness.ts';
import { Bindings, type VolatileOptions } from './volatile.ts';

/** Options of {@link CassettePlayer}. */
export interface CassettePlayerOptions extends VolatileOptions {
  /**
   * Order of commands. `strict`: they have to come in the recorded order. `any`: each recorded command may
   * come once, at any time. Default `strict`.
   */
  readonly order?: CassetteOrder | undefined;
  /**
   * Pace of replies and events. `at-once`: they come without waiting. `recorded`: they come after the
   * recorded times. In any case they come before the next command. Default `at-once`.
   */
  readonly pace?: 'at-once' | 'recorded' | undefined;
  /** Clock for the recorded times and for the timestamps of events. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** The function that took secrets out when it was recorded. */
  readonly redact?: Redact | undefined;
  /** Shell command that records it again, for messages. Default: a `qmp-mock record` command. */
  readonly recordAgain?: string | undefined;
  /**
   * Another QEMU that the cassette has to fit: its version, or the value that its `query-qmp-schema` returns.
   */
  readonly against?: SchemaSource | undefined;
  /**
   * Says of an event that something outside of the conversation causes it, such as a signal. It waits for
   * `release`, and so does everything behind it, unless the next command comes first. Default: no event
   * waits.
   */
  readonly holds?: ((event: EventLine) => boolean) | undefined;
}

/**
 * A QMP server that plays a recorded conversation. It answers as a monitor does, not as a tape. It
 * negotiates, handles ids, and reports errors of JSON and of the envelope by itself. It finds commands by
 * name and arguments. Events come at their recorded place.
 *
 * A command that isn't in the recording gets a `GenericError` that says what was recorded. {@link verify}
 * reports it, too.
 *
 * @example
 * const player = CassettePlayer.load('backup.jsonl')
 * const client = await QmpClient.over(player.connect())
 * // …
 * player.verify()
 * await player.close()
 */
export class CassettePlayer {
  readonly #cassette: Cassette;
  readonly #options: CassettePlayerOptions;
  readonly #clock: Clock;
  readonly #conversations: readonly Conversation[];
  readonly #players: ConversationPlayer[] = [];
  /** Whether what events wait for has happened. */
  #released = false;
  readonly #byConnection = new Map<Connection, ConversationPlayer>();
  readonly #bindings: Bindings;
  readonly #problems: string[] = [];
  readonly #monitors: MonitorSet;
  readonly #sockets: MonitorSockets;
  #ended = 0;
  #onFinished: () => void = () => {};
  /** Resolves when the last recorded conversation has ended. */
  readonly finished: Promise<void> = new Promise((resolve) => {
    this.#onFinished = resolve;
  });
  #closed: Promise<void> | undefined;

  /** @throws CassetteStaleError if the cassette doesn't fit the option `against`. */
  constructor(cassette: Cassette, options: CassettePlayerOptions = {}) {
    const { against, recordAgain } = options;
    if (against !== undefined) assertFresh(cassette, against, { recordAgain });
    this.#cassette = cassette;
    this.#options = options;
    this.#clock = options.clock ?? new SystemClock();
    this.#conversations = conversationsOf(cassette.lines);
    this.#bindings = new Bindings(options);
    const chardevs = new ChardevSet();
    this.#monitors = new MonitorSet({
      chardevs: () => chardevs,
      frontends: {
        qmp: (_monitor, ordinary) =>
          new QmpFrontend({
            ...ordinary,
            onOverflow: ({ id }) => void this.#problems.push(`client ${id} did not read and was cut off`),
          }),
      },
      session: () => (connection) => this.#session(connection),
      unsentLimit: LIMITS.unsent,
      onClose: (connection) => this.#left(connection),
    });
    let count = 0;
    this.#sockets = new MonitorSockets({
      clock: this.#clock,
      rules: machineRules(loadProfile()),
      chardevs: () => chardevs,
      monitors: this.#monitors,
      nextId: () => `compat_monitor${count++}`,
    });
  }

  /**
   * Reads a cassette's file and makes a player for it.
   *
   * @throws CassetteMissingError if the file doesn't exist.
   * @throws CassetteFormatError if it isn't a cassette.
   */
  static load(file: string, options: CassettePlayerOptions = {}): CassettePlayer {
    return new CassettePlayer(parseCassette(readFileSync(file, 'utf8'), file), options);
  }

  /** The played cassette. */
  get cassette(): Cassette {
    return this.#cassette;
  }

  /** Listens for clients, as `MockQmp.listen` does. */
  async listen(address?: QmpAddressInput): Promise<BoundAddress> {
    this.#assertOpen();
    return this.#sockets.listen(address);
  }

  /** Dials a listening client, as `MockQmp.dial` does. */
  async dial(address: QmpAddressInput): Promise<void> {
    this.#assertOpen();
    await this.#sockets.dial(address);
  }

  /** Makes a connection in memory. Returns the client's end, for `QmpClient.over`. */
  connect(): Duplex {
    this.#assertOpen();
    return this.#sockets.connect();
  }

  /**
   * Differences from the recording so far: commands that were not recorded, came out of order, or had other
   * arguments.
   */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /**
   * Throws one error that lists each command that differs from the recording, and each recorded one that
   * hasn't come, with its line.
   *
   * @throws CassetteDriftError if there is any difference.
   */
  verify(): void {
    const unused = this.#conversations.flatMap((conversation, at) => {
      const player = this.#players[at] ?? this.#player(conversation, () => {});
      return player.unused();
    });
    const all = [...this.#problems, ...unused];
    if (all.length === 0) return;
    throw new CassetteDriftError(
      [
        `The conversation differs from the one in ${this.#cassette.file ?? 'the cassette'}:`,
        ...all.map((text) => `  ✗ ${text}`),
        recordAgainText(this.#options.recordAgain),
      ].join('\n'),
    );
  }

  /**
   * Tells that what the events of the option `holds` wait for has happened: they come now, or at their place.
   */
  release(): void {
    this.#released = true;
    for (const player of this.#players) player.release();
  }

  /** Stops listening and ends every connection. You may call it more than once. */
  close(): Promise<void> {
    return (this.#closed ??= this.#monitors.close(CLOSE_GRACE));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new QmpStateError('The player is closed: make a new one');
  }

  #session(connection: Connection): ReturnType<ConnectionOptions['session']> {
    const conversation = this.#conversations[this.#players.length];
    const player = this.#player(conversation, () => connection.close());
    this.#players.push(player);
    this.#byConnection.set(connection, player);
    const greeting = conversation?.greeting ?? this.#conversations[0]?.greeting;
    return {
      profile: profileOf(greeting),
      host: player,
      oobOffered: greeting?.greeting.QMP.capabilities.includes('oob') ?? true,
      transmit: (message, write) => {
        write();
        if (
          message.kind === 'reply' &&
          message.command === 'qmp_capabilities' &&
          message.error === undefined
        ) {
          player.begin(connection.session);
        }
      },
      onHostError: (error, call) =>
        void this.#problems.push(`${call.name} failed in the player: ${String(error)}`),
    };
  }

  #player(conversation: Conversation | undefined, close: () => void): ConversationPlayer {
    const { order = 'strict', pace = 'at-once', redact: own } = this.#options;
    return new ConversationPlayer({
      cassette: this.#cassette,
      conversation,
      order,
      paced: pace === 'recorded',
      clock: this.#clock,
      redact: (message) => redactRequest(message, own),
      bindings: this.#bindings,
      holds: (event) => !this.#released && this.#options.holds?.(event) === true,
      close,
      recordAgain: recordAgainText(this.#options.recordAgain),
      onProblem: (text) => void this.#problems.push(text),
    });
  }

  #left(connection: Connection): void {
    const player = this.#byConnection.get(connection);
    this.#byConnection.delete(connection);
    player?.stop();
    if (player === undefined) return;
    this.#ended++;
    if (this.#ended >= this.#conversations.length) this.#onFinished();
  }
}

/** Time in ms (real time) that a client may take to see the end of the stream when the player is closed. */
const CLOSE_GRACE = 500;

/** Profile of the engine: that of the nearest known version, under the recorded name. */
function profileOf(line: GreetingLine | undefined): QemuProfile {
  const version = line?.greeting.QMP.version;
  if (version === undefined) return loadProfile();
  const { major, minor } = version.qemu;
  const profile = loadProfile(nearestVersion(`${major}.${minor}`));
  return { ...profile, version: { ...version, package: version.package ?? '' } };
}
