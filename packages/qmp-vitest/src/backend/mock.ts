import { QmpClient, QmpListener, type QmpConnectOptions } from 'qmp-core';
import { installedVersion, type MockConnection, type MockQmp } from 'qmp-mock';
import { detour, detourOver } from '../fault-proxy.ts';
import { MONITOR_ID, mockCommandLine } from '../qemu/command-line.ts';
import { locateQemu } from '../qemu/locate.ts';
import { hasObservers } from '../report/observers.ts';
import type { MachineStory } from '../report/story.ts';
import { journalEntries } from '../transcript/journal.ts';
import { rememberTranscript } from '../transcript/registry.ts';
import type { TranscriptEntry } from '../transcript/entry.ts';
import { Transcript } from '../transcript/transcript.ts';
import type { Backend, Machine, StartRequest } from './backend.ts';
import { FixtureMock } from './fixture-mock.ts';
import { stillAnswers } from './ready.ts';
import { noteVersion } from './versions-met.ts';

/** The backend that needs no QEMU: a {@link MockQmp} in the test's own process. */
export const mockBackend: Backend = {
  name: 'mock',
  async start(request) {
    const machine = new MockedMachine(request);
    await machine.mock.start();
    return machine;
  },
};

/** The way to the mock, in words for a report. */
const WAYS = {
  accept: 'which dialled in',
  connect: 'which listened',
  fd: 'over a stream in memory',
} as const;

/** The client's monitor, as the command line of a QEMU names it. */
const MONITOR = { id: MONITOR_ID };

class MockedMachine implements Machine {
  readonly backend = 'mock';
  readonly qemu = undefined;
  readonly name: string;
  readonly mock: MockQmp;
  readonly transcript: Transcript;
  readonly stop: () => Promise<void>;
  readonly #request: StartRequest;
  #client: Promise<QmpClient> | undefined;
  #connected: QmpClient | undefined;
  /** The mock's end of the client's connection. */
  #connection: MockConnection | undefined;
  #complaint = '';

  constructor(request: StartRequest) {
    this.#request = request;
    this.name = request.name;
    const { mockOptions, qemuOptions, socketPath } = request;
    const args = mockCommandLine(qemuOptions, mockOptions.args);
    const qemu =
      mockOptions.qemu === 'installed' ? installedVersion(locateQemu(qemuOptions)) : mockOptions.qemu;
    this.mock = new FixtureMock({ ...mockOptions, args, qemu }, socketPath);
    const look = hasObservers() ? () => this.mock.machine.inventory() : undefined;
    this.transcript = new Transcript({ name: request.name, look });
    rememberTranscript(this.transcript, this.mock);
    this.stop = request.cleanup.defer(`closing the mock ${this.name}`, () => this.mock.close());
  }

  connect(): Promise<QmpClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async ready(idle: boolean): Promise<boolean> {
    const client = this.#connected;
    return (client === undefined || !idle || (await stillAnswers(client))) && this.#alive();
  }

  /**
   * Whether the mock is alive. It knows at once what it has done, even if its client hasn't heard of it yet.
   */
  #alive(): boolean {
    if (this.mock.exitCode !== undefined || this.#connection?.closing === true) return false;
    return this.#connected?.connected ?? true;
  }

  /**
   * Verifies the mock. A shared mock is asked after each test, and doesn't tell the next test what it told
   * this one.
   */
  verify(): void {
    try {
      this.mock.verify();
    } catch (error) {
      const text = String(error);
      if (text === this.#complaint) return;
      this.#complaint = text;
      throw error;
    }
  }

  findings(): string | undefined {
    return this.mock.findings();
  }

  story(since: number): MachineStory {
    return {
      name: this.name,
      what: this.#client === undefined ? 'mock' : `mock, ${WAYS[this.#request.transport]}`,
      entries: this.#entries(since),
      began: this.transcript.began,
    };
  }

  /**
   * Entries of the conversation. The test's own client has seen them all, with times, unless others have
   * talked to the mock as well.
   */
  #entries(since: number): readonly TranscriptEntry[] {
    const journal = journalEntries(this.mock);
    const connections = new Set(journal.map(({ connection }) => connection));
    return this.#connected !== undefined && connections.size <= 1 ? this.transcript.since(since) : journal;
  }

  async #connect(): Promise<QmpClient> {
    const { signal } = this.#request;
    const others = new Set(this.mock.connections);
    const client = await this.#meet({ signal, onMessage: this.transcript.record });
    this.#connection = this.mock.connections.find((connection) => !others.has(connection));
    this.#request.cleanup.defer(`closing the client of ${this.name}`, () => client.close());
    rememberTranscript(this.transcript, client);
    this.#connected = client;
    noteVersion('mock', client.greeting);
    return client;
  }

  async #meet(options: QmpConnectOptions): Promise<QmpClient> {
    const { transport, socketPath } = this.#request;
    if (transport === 'fd') return QmpClient.over(await detourOver(this.mock.connect(MONITOR)), options);
    const path = socketPath();
    if (transport === 'connect') {
      await this.mock.listen({ path }, MONITOR);
      return QmpClient.connect(await this.#detour({ qemu: { path } }), options);
    }
    const listener = await QmpListener.listen({ path });
    const stopListening = this.#request.cleanup.defer(`closing ${path}`, () => listener.close());
    const target = await this.#detour({ client: { path } });
    // Both at once: `dial` may well wait for its end to be accepted.
    const [client] = await Promise.all([listener.accept(options), this.mock.dial(target, MONITOR)]);
    await stopListening();
    return client;
  }

  #detour(side: Parameters<typeof detour>[0]): ReturnType<typeof detour> {
    const { cleanup, socketPath } = this.#request;
    return detour(side, socketPath, cleanup);
  }
}
