import type { QmpClient } from 'qmp-core';
import type { MockQmp, MockQmpOptions } from 'qmp-mock';
import type { CassetteOptions } from '../cassette/options.ts';
import type { CassettePlace } from '../cassette/place.ts';
import type { Cleanup } from '../cleanup.ts';
import type { QmpBackend } from '../options.ts';
import type { QemuOptions, QemuTransport } from '../qemu/options.ts';
import type { QemuProcess } from '../qemu/process.ts';
import type { MachineStory } from '../report/story.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** A request to a backend to start a machine. */
export interface StartRequest {
  /** Name of the machine in reports. */
  readonly name: string;
  readonly transport: QemuTransport;
  readonly qemuOptions: Partial<QemuOptions>;
  readonly mockOptions: MockQmpOptions;
  readonly cassetteOptions: CassetteOptions;
  /** The test that a cassette is of; `undefined` if tests share the machine. */
  readonly cassette: CassettePlace | undefined;
  /**
   * Collects what has to be released. Register a release before the first `await` of the step that it undoes.
   */
  readonly cleanup: Cleanup;
  /** Gives a new, short path for a socket in a private directory at each call. */
  readonly socketPath: () => string;
  /** Aborts when the test is over: a start that is still running has to stop then. */
  readonly signal: AbortSignal;
}

/** A running machine. */
export interface Machine {
  readonly name: string;
  readonly backend: QmpBackend;
  /** The mock, if the machine is one. */
  readonly mock: MockQmp | undefined;
  /** The QEMU process, if the machine is one. */
  readonly qemu: QemuProcess | undefined;
  /** The conversation between the test's client and the machine. */
  readonly transcript: Transcript;
  /** The test's client, connected on first use. */
  connect(): Promise<QmpClient>;
  /**
   * Whether one more test can use it: neither the machine nor its client has ended or is about to.
   *
   * @param idle - Whether no test uses it now. Only then can it be asked whether it still answers.
   */
  ready(idle: boolean): Promise<boolean>;
  /** Tells the machine's story since a position in its transcript, for a report. */
  story(since: number): MachineStory;
  /** Remarks that may explain why a test has failed; `undefined` if it has none to make. */
  findings?(): string | undefined;
  /** Throws one error if the machine has complaints, such as a mock's unmet expectations. */
  verify(): void;
  /** Ends the machine. Does nothing if it has already ended. */
  stop(): Promise<void>;
}

/** A starter of machines of one kind. */
export interface Backend {
  readonly name: QmpBackend;
  /**
   * Starts a machine.
   *
   * @throws an error that tells the whole story if the machine doesn't start. Nothing of the machine is left
   *   then.
   */
  start(request: StartRequest): Promise<Machine>;
  /** Says why machines of this kind can't start here, in words; `undefined` if they can. */
  missing?(
    request: Pick<StartRequest, 'name' | 'qemuOptions' | 'cassette' | 'cassetteOptions'>,
  ): Promise<string | undefined> | string | undefined;
}
