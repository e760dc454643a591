import type { QmpClient } from 'qmp-core';
import type { MockQmp, MockQmpOptions } from 'qmp-mock';
import type { CassetteOptions } from '../cassette/options.ts';
import type { CassettePlace } from '../cassette/place.ts';
import type { Cleanup } from '../cleanup.ts';
import type { QmpBackend, QmpTransport } from '../options.ts';
import type { QemuOptions } from '../qemu/options.ts';
import type { QemuProcess } from '../qemu/process.ts';
import type { MachineStory } from '../report/story.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** What a backend is told about the machine that it starts. */
export interface StartRequest {
  /** Name of the machine in reports. */
  readonly name: string;
  readonly transport: QmpTransport;
  readonly qemuOptions: Partial<QemuOptions>;
  readonly mockOptions: MockQmpOptions;
  readonly cassetteOptions: CassetteOptions;
  /** The test that a cassette is of; `undefined` where tests share the machine. */
  readonly cassette: CassettePlace | undefined;
  /** What the machine has to give back; registered before the first `await` of what it undoes. */
  readonly cleanup: Cleanup;
  /** Gives a path for a socket in a private directory, short enough, another one at each call. */
  readonly socketPath: () => string;
  /** Aborts when the test is over: what starts then has to stop. */
  readonly signal: AbortSignal;
}

/** A machine that runs. */
export interface Machine {
  readonly name: string;
  readonly backend: QmpBackend;
  /** The mock, where it is one. */
  readonly mock: MockQmp | undefined;
  /** The QEMU process, where it is one. */
  readonly qemu: QemuProcess | undefined;
  /** What went to and fro between the test's client and the machine. */
  readonly transcript: Transcript;
  /** The test's client, connected on first use. */
  connect(): Promise<QmpClient>;
  /**
   * Whether one more test can use it: neither has it ended, nor is it about to, nor has its client.
   *
   * @param idle Whether nobody uses it now. Only then can it be asked whether it still answers.
   */
  ready(idle: boolean): Promise<boolean>;
  /** What the machine went through since a position in its transcript, for a report. */
  story(since: number): MachineStory;
  /** What it knows that may explain why a test has failed; `undefined` where that is nothing. */
  findings?(): string | undefined;
  /** Fails where the machine has something to complain of: a mock's unmet expectations. Throws one error. */
  verify(): void;
  /** Ends the machine; does nothing where it has ended. */
  stop(): Promise<void>;
}

/** What can start machines of one kind. */
export interface Backend {
  readonly name: QmpBackend;
  /**
   * Starts a machine.
   *
   * @throws an error that tells the whole story where the machine does not start; nothing of it is left then.
   */
  start(request: StartRequest): Promise<Machine>;
  /** Why no machine of this kind can start here, in words; `undefined` where it can. */
  missing?(
    request: Pick<StartRequest, 'name' | 'qemuOptions' | 'cassette' | 'cassetteOptions'>,
  ): Promise<string | undefined> | string | undefined;
}
