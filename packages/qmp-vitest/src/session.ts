import type { QmpClient } from 'qmp-core';
import { QmpStateError } from 'qmp-core/errors';
import { blame, CallSite } from 'qmp-core/internal';
import type { MockQmp } from 'qmp-mock';
import type { Machine } from './backend/backend.ts';
import { whyDemanded } from './demanded.ts';
import type { FakeQemu } from './fake-qemu/fake-qemu.ts';
import type { SpawnedMachines } from './fake-qemu/spawned-machines.ts';
import type { LaunchOptions, QmpMachine } from './launch.ts';
import type { QmpBackend } from './options.ts';
import { asPublic } from './public-machine.ts';
import type { QemuProcess } from './qemu/process.ts';
import type { WatchedMachine } from './report/settle.ts';
import type { MachineStory } from './report/story.ts';
import { Scratch } from './scratch.ts';
import type { SharedMachine } from './shared.ts';
import { BackendMissingError, type Starter } from './starter.ts';

/** A machine of this test, with what becomes known about it. */
interface Watched extends WatchedMachine {
  readonly machine: Machine;
  mockUsed: boolean;
}

/** Parts of a session. */
export interface SessionOptions {
  /** Starts the test's own machines. */
  readonly starter: Starter;
  /** Source of the machine behind `qmp`, if tests share one. */
  readonly shared?: SharedMachine | undefined;
  /** Marks the test as skipped, for a reason; throws. */
  readonly skip: (reason: string) => never;
}

/**
 * The machines of one test: the one behind `qmp`, and those that `launch` adds.
 *
 * The first fixture that asks decides on the backend of the first machine. `mock` and `qemu` are set up
 * before `qmp`, so a test that asks for one of them has pinned its backend by the time the client connects.
 */
export class QmpSession {
  readonly starter: Starter;
  readonly #shared: SharedMachine | undefined;
  readonly #skip: (reason: string) => never;
  readonly #machines: Watched[] = [];
  readonly #starting: string[] = [];
  readonly #findings = new Map<object, string | undefined>();
  readonly #unprepared: MachineStory[] = [];
  #main: { readonly backend: QmpBackend; readonly started: Promise<Watched> } | undefined;
  #launched = 0;
  #fakeQemu: FakeQemu | undefined;

  constructor({ starter, shared, skip }: SessionOptions) {
    this.starter = starter;
    this.#shared = shared;
    this.#skip = skip;
  }

  /** Each machine that the test used. */
  get machines(): readonly WatchedMachine[] {
    const faked = this.#fakeQemu?.machines ?? [];
    const all = [...this.#machines, ...faked.map((machine) => ({ machine, since: 0, mockUsed: true }))];
    return all.map((watched) => ({ ...watched, findings: this.#findings.get(watched.machine) }));
  }

  /**
   * Ends everything that the test has started. Before that it asks its mocks for their remarks, because a
   * closed mock has forgotten some of them.
   */
  close(): ReturnType<Starter['close']> {
    const remember = (machine: object, findings: string | undefined): void => {
      if (!this.#findings.has(machine)) this.#findings.set(machine, findings);
    };
    for (const { machine } of this.#machines) remember(machine, machine.findings?.());
    for (const vm of this.#fakeQemu?.machines ?? []) remember(vm, this.#fakeQemu?.findings(vm));
    return this.starter.close();
  }

  /** Throws if machines are missing that should have started. For a test that has passed. */
  verify(): void {
    this.#fakeQemu?.verify();
  }

  /**
   * Stories of machines that the test didn't use: they were still starting when it ended, or nobody took
   * them.
   */
  untold(): readonly MachineStory[] {
    const refused = this.#fakeQemu?.refused ?? [];
    return [
      ...this.#unprepared,
      ...this.#starting.map((name) => ({ name, what: 'still starting when the test failed', entries: [] })),
      ...refused.map((told) => ({
        name: 'fake QEMU',
        what: 'started by the code under test, and refused by QEMU',
        entries: [],
        ...told,
        exit: 'exit code 1',
      })),
    ];
  }

  /** The client of the test's machine. It starts the machine if necessary. */
  async client(): Promise<QmpClient> {
    const { machine } = await this.#machine(undefined);
    return machine.connect();
  }

  /** The mock behind the test's machine. Pins the backend to the mock, and has it verified at the end. */
  async mock(): Promise<MockQmp> {
    const watched = await this.#machine('mock');
    watched.mockUsed = true;
    return watched.machine.mock as MockQmp;
  }

  /** The process behind the test's machine. Pins the backend to QEMU. */
  async qemu(): Promise<QemuProcess> {
    return (await this.#machine('qemu')).machine.qemu as QemuProcess;
  }

  /** Starts one more machine, connected. */
  async launch(options: LaunchOptions = {}): Promise<QmpMachine> {
    const site = new CallSite();
    this.#launched++;
    const name = options.name ?? `vm${this.#launched + 1}`;
    const backend = options.backend ?? this.#main?.backend ?? this.starter.options.qmpBackend;
    try {
      const watched = await this.#take(name, this.starter.start(backend, { ...options, name }), 'all');
      const client = await watched.machine.connect();
      return asPublic(watched.machine, client, () => (watched.mockUsed = true));
    } catch (error) {
      throw blame(error, site);
    }
  }

  /**
   * Makes the directory of launchers that stand in for QEMU, on first use.
   *
   * @param patience - Default deadline of its `next`, in ms.
   */
  async fakeQemu(patience: number): Promise<FakeQemu> {
    if (this.#fakeQemu !== undefined) return this.#fakeQemu;
    const { cleanup, options } = this.starter;
    const { mockOptions } = options;
    const backend = this.#main?.backend ?? options.qmpBackend;
    const directory = new Scratch(cleanup).directory;
    const opening = (async () => {
      const real = backend === 'mock' ? {} : await this.#spawned(backend);
      const { FakeQemu: Fake } = await import('./fake-qemu/fake-qemu.ts');
      return Fake.open({ directory, mockOptions, patience, ...real });
    })();
    cleanup.defer('ending the fake QEMUs', async () => {
      const fake = await opening.catch(() => undefined);
      await fake?.close();
    });
    this.#fakeQemu = await opening;
    return this.#fakeQemu;
  }

  /** Machines that the code under test starts on a backend other than the mock, or a skip. */
  async #spawned(backend: Exclude<QmpBackend, 'mock'>): Promise<SpawnedMachines> {
    const { spawnedMachines } = await import('./fake-qemu/spawned-machines.ts');
    const { cassette: place, options } = this.starter;
    const machines = spawnedMachines(backend, place, options);
    return typeof machines === 'string'
      ? this.#missing(new BackendMissingError(machines, backend))
      : machines;
  }

  #missing(error: BackendMissingError): never {
    const demanded = whyDemanded(error.backend);
    if (demanded !== undefined) throw new QmpStateError(`${error.message} (${demanded})`);
    warnOnce(error.message);
    return this.#skip(error.message);
  }

  /** The machine behind `qmp`. A fixture that has none to give fails without frames: nobody called it. */
  async #machine(pin: QmpBackend | undefined): Promise<Watched> {
    try {
      return await this.#mainMachine(pin);
    } catch (error) {
      throw blame(error, undefined);
    }
  }

  async #mainMachine(pin: QmpBackend | undefined): Promise<Watched> {
    if (this.#main === undefined) {
      const backend = pin ?? this.starter.options.qmpBackend;
      const started =
        this.#shared === undefined
          ? this.#take('vm', this.starter.start(backend, { name: 'vm' }), 'all')
          : this.#take('shared vm', this.#takeShared(this.#shared, backend), 'from now on');
      this.#main = { backend, started };
    } else if (pin !== undefined && pin !== this.#main.backend) {
      throw new QmpStateError(clash(pin, this.#main.backend));
    }
    return this.#main.started;
  }

  async #takeShared(shared: SharedMachine, backend: QmpBackend): Promise<Machine> {
    const { machine, giveBack } = await shared.take(backend);
    this.starter.cleanup.defer('giving the shared machine back', giveBack);
    return machine;
  }

  /** Watches a machine. Skips the test if the machine can't be had. */
  async #take(name: string, starting: Promise<Machine>, part: 'all' | 'from now on'): Promise<Watched> {
    this.#starting.push(name);
    try {
      const machine = await starting;
      const since = part === 'all' ? 0 : machine.transcript.length;
      const watched = { machine, since, mockUsed: isCassette(machine) };
      this.#machines.push(watched);
      return watched;
    } catch (error) {
      const story = this.#shared?.storyOf(error);
      if (story !== undefined) this.#unprepared.push(story);
      if (!(error instanceof BackendMissingError)) throw error;
      return this.#missing(error);
    } finally {
      // A start that the end of the test has cut short stays on the list: it's part of the story.
      if (!this.starter.signal.aborted) this.#starting.splice(this.#starting.indexOf(name), 1);
    }
  }
}

/**
 * Whether a machine has a cassette: a recording is kept, and a replay checked, whenever the test has passed.
 */
function isCassette({ backend }: Machine): boolean {
  return backend === 'record' || backend === 'replay';
}

const warned = new Set<string>();

/**
 * Prints the reason of a skip once, because Vitest's default reporter doesn't show it if a whole file passes.
 */
function warnOnce(reason: string): void {
  if (warned.has(reason)) return;
  warned.add(reason);
  console.warn(`Skipped, because there is nothing to test against: ${reason}`);
}

function clash(asked: QmpBackend, running: QmpBackend): string {
  return (
    `This test asks for \`${asked}\`, but the machine behind its \`qmp\` is \`${running}\` already. ` +
    `If a hook or a fixture of yours started that, let it ask for \`${asked}\` too; ` +
    `if the test wants both, let it get the other from \`launch({ backend: '${asked}' })\`.`
  );
}
