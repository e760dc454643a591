import { QmpStateError, type QmpClient } from 'qmp-core';
import type { MockQmp } from 'qmp-mock';
import type { Machine } from './backend/backend.ts';
import type { LaunchOptions, QmpMachine } from './launch.ts';
import type { QmpBackend } from './options.ts';
import type { QemuProcess } from './qemu/process.ts';
import type { WatchedMachine } from './report/settle.ts';
import type { SharedMachine } from './shared.ts';
import { BackendMissingError, type Starter } from './starter.ts';

/** What a session is made of. */
export interface SessionOptions {
  /** Starts the machines that are the test's own. */
  readonly starter: Starter;
  /** Where the machine behind `qmp` comes from, where tests share one. */
  readonly shared?: SharedMachine | undefined;
  /** Marks the test as skipped, for a reason; throws. */
  readonly skip: (reason: string) => never;
}

/**
 * The machines of one test: the one behind `qmp`, and those that `launch` adds.
 *
 * Which backend the first one has is settled by whoever asks first. The fixtures `mock` and `qemu` are set up before
 * `qmp`, so that a test which asks for one of them has pinned its backend by the time the client connects.
 */
export class QmpSession {
  readonly starter: Starter;
  readonly #shared: SharedMachine | undefined;
  readonly #skip: (reason: string) => never;
  readonly #machines: WatchedMachine[] = [];
  #main: { readonly backend: QmpBackend; readonly started: Promise<Machine> } | undefined;
  #launched = 0;

  constructor({ starter, shared, skip }: SessionOptions) {
    this.starter = starter;
    this.#shared = shared;
    this.#skip = skip;
  }

  /** Each machine that the test used. */
  get machines(): readonly WatchedMachine[] {
    return this.#machines;
  }

  /** The client of the test's machine, which is started where it is not yet. */
  async client(): Promise<QmpClient> {
    const machine = await this.#machine(undefined);
    return machine.connect();
  }

  /** The mock behind the test's machine. Pins the backend to the mock. */
  async mock(): Promise<MockQmp> {
    return (await this.#machine('mock')).mock as MockQmp;
  }

  /** The process behind the test's machine. Pins the backend to QEMU. */
  async qemu(): Promise<QemuProcess> {
    return (await this.#machine('qemu')).qemu as QemuProcess;
  }

  /** Starts one more machine, connected. */
  async launch(options: LaunchOptions = {}): Promise<QmpMachine> {
    this.#launched++;
    const name = options.name ?? `vm${this.#launched + 1}`;
    const backend = options.backend ?? this.#main?.backend ?? this.starter.options.qmpBackend;
    const machine = await this.#take(this.starter.start(backend, { ...options, name }));
    return asPublic(machine, await machine.connect());
  }

  async #machine(pin: QmpBackend | undefined): Promise<Machine> {
    if (this.#main === undefined) {
      const backend = pin ?? this.starter.options.qmpBackend;
      const starting = this.#shared?.machine(backend) ?? this.starter.start(backend, { name: 'vm' });
      this.#main = { backend, started: this.#take(starting) };
    } else if (pin !== undefined && pin !== this.#main.backend) {
      throw new QmpStateError(clash(pin, this.#main.backend));
    }
    return this.#main.started;
  }

  /** Watches a machine from now on; skips the test where there is none to be had. */
  async #take(starting: Promise<Machine>): Promise<Machine> {
    try {
      const machine = await starting;
      this.#machines.push({ machine, since: machine.transcript.length });
      return machine;
    } catch (error) {
      if (!(error instanceof BackendMissingError)) throw error;
      if (process.env['QMP_REQUIRE_QEMU'] !== '1') this.#skip(error.message);
      throw new QmpStateError(`${error.message}. QMP_REQUIRE_QEMU=1 makes this a failure.`);
    }
  }
}

/** A machine as the user sees it. */
export function asPublic(machine: Machine, qmp: QmpClient): QmpMachine {
  const { name, backend, mock, qemu } = machine;
  return { name, backend, qmp, mock, qemu, stop: () => machine.stop() } as QmpMachine;
}

function clash(asked: QmpBackend, running: QmpBackend): string {
  return (
    `This test asks for \`${asked}\`, but the machine behind its \`qmp\` is \`${running}\` already. ` +
    `If a hook or a fixture of yours started that, let it ask for \`${asked}\` too; ` +
    `if the test wants both, let it get the other from \`launch({ backend: '${asked}' })\`.`
  );
}
