import { existsSync } from 'node:fs';
import { QmpClient, QmpStateError } from 'qmp-core';
import { CassetteMissingError, CassettePlayer } from 'qmp-mock';
import { openCassette } from '../cassette/open.ts';
import { directoryFor, playerOptions } from '../cassette/options.ts';
import { cassettePath } from '../cassette/place.ts';
import { recordAgain } from '../cassette/record-again.ts';
import type { MachineStory } from '../report/story.ts';
import { rememberTranscript } from '../transcript/registry.ts';
import { Transcript } from '../transcript/transcript.ts';
import type { Machine, StartRequest } from './backend.ts';

/** The file of a machine's cassette. */
export function cassetteFile({
  name,
  cassette,
  cassetteOptions,
}: Pick<StartRequest, 'name' | 'cassette' | 'cassetteOptions'>): string {
  if (cassette === undefined) {
    throw new QmpStateError(
      'A machine that tests share cannot be recorded or replayed: a cassette belongs to one test. Use the scope `test` for these backends',
    );
  }
  return cassettePath(cassette, name, directoryFor(cassetteOptions));
}

/** Starts a player of a cassette. */
export async function startReplay(request: StartRequest, file: string): Promise<Machine> {
  if (!existsSync(file)) {
    throw new CassetteMissingError(
      `There is no cassette ${file}, and this mode doesn't record. Record it with QMP_BACKEND=record, and commit it`,
    );
  }
  const player = new CassettePlayer(openCassette(file), {
    ...playerOptions(request.cassetteOptions),
    recordAgain: request.cassette === undefined ? undefined : recordAgain(request.cassette),
  });
  return new ReplayedMachine(request, player, file);
}

class ReplayedMachine implements Machine {
  readonly backend = 'replay';
  readonly mock = undefined;
  readonly qemu = undefined;
  readonly name: string;
  readonly transcript: Transcript;
  readonly stop: () => Promise<void>;
  readonly #player: CassettePlayer;
  readonly #file: string;
  readonly #request: StartRequest;
  #client: Promise<QmpClient> | undefined;
  #connected: QmpClient | undefined;

  constructor(request: StartRequest, player: CassettePlayer, file: string) {
    this.name = request.name;
    this.transcript = new Transcript({ name: request.name });
    this.#player = player;
    this.#file = file;
    this.#request = request;
    this.stop = request.cleanup.defer(`closing the player of ${file}`, () => player.close());
  }

  connect(): Promise<QmpClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async ready(_idle: boolean): Promise<boolean> {
    return this.#connected?.connected ?? true;
  }

  verify(): void {
    this.#player.verify();
  }

  story(since: number): MachineStory {
    return { name: this.name, what: `replay of ${this.#file}`, entries: this.transcript.since(since) };
  }

  /**
   * Differences from the recording. Missing commands aren't listed if the test has failed, because that
   * explains them.
   */
  findings(): string | undefined {
    const { problems } = this.#player;
    return problems.length === 0 ? undefined : problems.map((text) => `✗ ${text}`).join('\n');
  }

  async #connect(): Promise<QmpClient> {
    const { signal, cleanup } = this.#request;
    const client = await QmpClient.over(this.#player.connect(), {
      signal,
      onMessage: this.transcript.record,
    });
    cleanup.defer(`closing the client of ${this.name}`, () => client.close());
    rememberTranscript(this.transcript, client);
    this.#connected = client;
    return client;
  }
}
