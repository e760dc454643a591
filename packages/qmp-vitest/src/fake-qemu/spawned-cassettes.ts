import { existsSync, rmSync } from 'node:fs';
import {
  assertNoDrift,
  CassetteDriftError,
  CassetteMissingError,
  CassettePlayer,
  CassetteRecorder,
  saveCassette,
  type Cassette,
  type EventLine,
} from 'qmp-mock';
import { nearestVersion } from 'qmp-mock/process';
import type { JsonValue } from 'qmp-core/wire';
import { openCassette } from '../cassette/open.ts';
import { directoryFor, modeFor, playerOptions, type CassetteOptions } from '../cassette/options.ts';
import { cassettePath, type CassettePlace } from '../cassette/place.ts';
import { recordAgain } from '../cassette/record-again.ts';
import { quoteCommand } from '../qemu/quote.ts';
import { guestName } from './guest-name.ts';
import type { SaidMessage } from './conversation.ts';

/** Parts of {@link SpawnedCassettes}. */
export interface SpawnedCassettesOptions {
  readonly place: CassettePlace;
  readonly options: CassetteOptions;
  /** Gives the schema of the QEMU that is recorded. */
  readonly schema: () => Promise<JsonValue[]>;
}

/** The end of a machine whose conversations were recorded. */
export interface RecordedEnd {
  /** Whether its process ended during the test. */
  readonly ended: boolean;
}

/**
 * The cassettes of a test whose code under test starts QEMU: one for each machine, `spawned`, `spawned 2`, …
 * in the order of their starts.
 */
export class SpawnedCassettes {
  readonly #parts: SpawnedCassettesOptions;
  /** The cassettes that wait for their machine. */
  #unplayed: readonly string[] | undefined;
  #count = 0;

  constructor(parts: SpawnedCassettesOptions) {
    this.#parts = parts;
  }

  /** The file of the machine that started as the first, second, … one. */
  file(number: number): string {
    const { place, options } = this.#parts;
    return cassettePath(place, number === 1 ? 'spawned' : `spawned ${number}`, directoryFor(options));
  }

  /** The files that there are. */
  get files(): readonly string[] {
    const files: string[] = [];
    for (let number = 1; existsSync(this.file(number)); number++) files.push(this.file(number));
    return files;
  }

  /** The version that is nearest to the recorded one; `undefined` if that isn't known. */
  get version(): string | undefined {
    const [file] = this.files;
    const [, number] =
      /^(\d+\.\d+)/.exec(file === undefined ? '' : (openCassette(file).header.qemu ?? '')) ?? [];
    return number === undefined ? undefined : nearestVersion(number);
  }

  /** Gives the schema of the QEMU that is recorded. */
  schema(): Promise<JsonValue[]> {
    return this.#parts.schema();
  }

  /**
   * Makes a player for a machine: of the first cassette that is left, or of one whose machine had the same
   * name.
   *
   * @throws CassetteMissingError if there is none left.
   */
  play(argv: readonly string[]): CassettePlayer {
    this.#unplayed ??= this.files;
    const cassettes = this.#unplayed.map((file) => openCassette(file));
    const name = guestName(argv);
    const cassette =
      cassettes.find(({ header }) => guestName(header.commandLine ?? []) === name) ?? cassettes[0];
    if (cassette === undefined) {
      throw new CassetteMissingError(
        `More QEMUs start than were recorded: there is no cassette ${this.file(this.files.length + 1)}. ` +
          `Record it by ${this.#recordAgain}`,
      );
    }
    const at = cassettes.indexOf(cassette);
    this.#unplayed = this.#unplayed.filter((_, index) => index !== at);
    return new CassettePlayer(cassette, {
      ...playerOptions(this.#parts.options),
      recordAgain: this.#recordAgain,
      holds: isBySignal,
    });
  }

  /**
   * Makes a cassette of a machine's conversations.
   *
   * @param commandLine - The command line, the program first.
   */
  async record(
    commandLine: readonly string[],
    messages: readonly SaidMessage[],
    end: RecordedEnd,
  ): Promise<Cassette> {
    const { paths, members, redact, times } = this.#parts.options;
    const schema = await this.schema();
    let now = 0;
    const recorder = new CassetteRecorder({
      paths,
      members,
      redact,
      times,
      schema,
      commandLine,
      now: () => now,
    });
    for (const conversation of conversationsIn(messages)) {
      for (const { direction, message, at } of conversation) {
        now = at ?? now;
        recorder.record(direction, message);
      }
      if (conversation.some((said) => isLastWord(said, end))) recorder.end('monitor');
    }
    recorder.seal();
    return recorder.cassette();
  }

  /** Keeps the cassette of a machine, because its test has passed, or compares it with the existing one. */
  keep(number: number, cassette: Cassette): void {
    const file = this.file(number);
    if (modeFor('record', this.#parts.options) !== 'lockdown') {
      saveCassette(file, cassette);
      // Those of machines that don't start any more.
      if (number === this.#count) for (const old of this.files.slice(number)) rmSync(old);
      return;
    }
    if (!existsSync(file)) {
      throw new CassetteMissingError(
        `There is no cassette ${file} to compare with. Record it with QMP_BACKEND=record, and commit it`,
      );
    }
    assertNoDrift(openCassette(file), cassette, { recordAgain: this.#recordAgain });
  }

  /**
   * Checks that every machine that was recorded has started.
   *
   * @throws CassetteDriftError that lists those that haven't, with their command lines.
   */
  assertAllStarted(): void {
    const missing = this.#unplayed ?? this.files;
    if (missing.length === 0) return;
    const total = this.files.length;
    throw new CassetteDriftError(
      [
        `${total} QEMU${total === 1 ? ' was' : 's were'} recorded, and ${total - missing.length} started in the replay. These didn't start:`,
        ...missing.map((file) => `  ✗ ${file}: ${quoteCommand(openCassette(file).header.commandLine ?? [])}`),
        `If the code has changed for good, record again by ${this.#recordAgain}`,
      ].join('\n'),
    );
  }

  /** Tells how many machines there were. */
  expect(count: number): void {
    this.#count = count;
  }

  get #recordAgain(): string {
    return recordAgain(this.#parts.place);
  }
}

/** Whether a signal to QEMU causes an event. */
function isBySignal({ name, data }: EventLine): boolean {
  return name === 'SHUTDOWN' && (data as { reason?: unknown } | undefined)?.reason === 'host-signal';
}

/** Whether QEMU ends by itself after a message: by its host's order in any case, by its guest's if it did. */
function isLastWord({ message }: SaidMessage, { ended }: RecordedEnd): boolean {
  if (message['event'] !== 'SHUTDOWN') return message['execute'] === 'quit';
  const { reason } = message['data'] as { reason?: unknown };
  return ended || reason === 'host-signal' || reason === 'host-qmp-quit';
}

/** Messages by their conversation, in the order of the greetings. */
function conversationsIn(messages: readonly SaidMessage[]): Iterable<readonly SaidMessage[]> {
  const conversations = new Map<number, SaidMessage[]>();
  for (const said of messages) {
    const conversation = conversations.get(said.connection) ?? [];
    conversations.set(said.connection, [...conversation, said]);
  }
  return conversations.values();
}
