import type { QmpClient } from 'qmp-core';
import type { JsonObject } from 'qmp-core/wire';
import { describeExit, QemuNotFoundError } from '../qemu/errors.ts';
import { onOneLine } from '../one-line.ts';
import { launchQemu } from '../qemu/launch.ts';
import { locateQemu } from '../qemu/locate.ts';
import type { QemuOptions } from '../qemu/options.ts';
import type { QemuProcess } from '../qemu/process.ts';
import { formatVersion } from '../qemu/version.ts';
import type { MachineStory } from '../report/story.ts';
import { rememberTranscript } from '../transcript/registry.ts';
import { Transcript } from '../transcript/transcript.ts';
import type { Backend, Machine, StartRequest } from './backend.ts';
import { stillAnswers } from './ready.ts';
import { noteVersion } from './versions-met.ts';

/** The backend that is a QEMU process. */
export const qemuBackend: Backend = {
  name: 'qemu',
  start: (request) => startQemu(request),
  missing: missingQemu,
};

/** The way to QEMU, in words for a report. */
const WAYS = { accept: 'which dialled in', connect: 'which listened', fd: 'over a socket pair' } as const;

/** Finds the QEMU that the options ask for. Throws a `QemuNotFoundError` if there is none. */
export function binaryOf({ binary, env }: StartRequest['qemuOptions']): string {
  return locateQemu({ binary, ...(env === undefined ? {} : { env: { ...process.env, ...env } }) });
}

/** Says in words why QEMU can't be started. */
export function missingQemu({ qemuOptions }: Pick<StartRequest, 'qemuOptions'>): string | undefined {
  try {
    binaryOf(qemuOptions);
    return undefined;
  } catch (error) {
    if (!(error instanceof QemuNotFoundError)) throw error;
    return onOneLine(error.message);
  }
}

/** An observer of a conversation with QEMU. */
export interface ConversationTap {
  /** Called for each message. */
  record(direction: 'out' | 'in', message: JsonObject): void;
  /** Called when the rest of the conversation isn't part of the test. */
  seal(): void;
}

/** Starts a QEMU. */
export async function startQemu(
  request: StartRequest,
  tap?: ConversationTap,
): Promise<Machine & { readonly qemu: QemuProcess }> {
  const { name, qemuOptions, transport, signal, cleanup } = request;
  const transcript = new Transcript({ name });
  const launching = launchQemu({
    ...qemuOptions,
    transport,
    signal,
    client: {
      onMessage: (direction, message) => {
        transcript.record(direction, message);
        tap?.record(direction, message);
      },
    },
  });
  const launched = launching.then((qemu) => new LaunchedMachine(name, qemu, transcript));
  // Registered before the first `await`. At the end of the test `signal` has aborted by now: a launch that is
  // still under way gives up and leaves nothing.
  cleanup.defer(
    `ending QEMU (${name})`,
    async () => {
      const machine = await launched.catch(() => undefined);
      tap?.seal();
      await machine?.end();
    },
    { timeout: patience(qemuOptions) },
  );
  return launched;
}

/** Longest time in ms that ending can take: all its steps, and some more to remove the directory. */
function patience({ quitTimeout = 3000, termTimeout = 2000, killTimeout = 5000 }: QemuOptions): number {
  return quitTimeout + termTimeout + killTimeout + 10_000;
}

class LaunchedMachine implements Machine {
  readonly backend = 'qemu';
  readonly mock = undefined;
  readonly name: string;
  readonly qemu: QemuProcess;
  readonly transcript: Transcript;
  /** Whether the process lived until the end of the test. */
  #outlived = false;

  constructor(name: string, qemu: QemuProcess, transcript: Transcript) {
    this.name = name;
    this.qemu = qemu;
    this.transcript = transcript;
    rememberTranscript(transcript, qemu.client, qemu);
    noteVersion('qemu', qemu.client.greeting);
  }

  connect(): Promise<QmpClient> {
    return Promise.resolve(this.qemu.client);
  }

  /**
   * Whether it can serve one more test. A QEMU that was told to end, by `quit` or a signal, may still answer
   * one command, because it checks for such an order only between two rounds of its main loop. It never
   * answers the next one.
   */
  async ready(idle: boolean): Promise<boolean> {
    const { client } = this.qemu;
    const answers = !idle || ((await stillAnswers(client)) && (await stillAnswers(client)));
    return answers && this.#alive();
  }

  #alive(): boolean {
    return this.qemu.exit === null && this.qemu.client.connected;
  }

  verify(): void {}

  async stop(): Promise<void> {
    await this.qemu.dispose();
  }

  /**
   * Ends it because its test is over. The commands that this takes aren't part of the test's conversation.
   */
  async end(): Promise<void> {
    this.#outlived = this.#alive();
    this.transcript.seal();
    await this.qemu.dispose();
  }

  story(since: number): MachineStory {
    const { qemu } = this;
    return {
      name: this.name,
      what: `QEMU ${formatVersion(qemu.version)}, ${WAYS[qemu.transport]}`,
      entries: this.transcript.since(since),
      began: this.transcript.began,
      commandLine: qemu.commandLine,
      byHand: qemu.interactiveCommandLine,
      stderr: qemu.stderr,
      exit: this.#outlived || qemu.exit === null ? undefined : describeExit(qemu.exit),
    };
  }
}
