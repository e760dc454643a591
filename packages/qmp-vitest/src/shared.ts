import type { Machine } from './backend/backend.ts';
import type { QmpMachine } from './launch.ts';
import type { QmpBackend } from './options.ts';
import type { MachineStory } from './report/story.ts';
import { asPublic } from './session.ts';
import { BackendMissingError, type Starter } from './starter.ts';

/** Brings a shared machine to where the tests want it: boots the guest, plugs the disks. */
export type PrepareMachine = (machine: QmpMachine) => void | Promise<void>;

/**
 * The machine that the tests of a file or worker share, for guests that are slow to boot. One per backend,
 * started when the first test asks, and started anew when a test has ended it. A start or a `prepare` that
 * fails is the error of the tests that wait for it; the next test tries again.
 */
export class SharedMachine {
  readonly #starter: Starter;
  readonly #prepare: PrepareMachine | undefined;
  readonly #places = new Map<QmpBackend, Place>();
  readonly #stories = new WeakMap<Error, MachineStory>();

  constructor(starter: Starter, prepare: PrepareMachine | undefined) {
    this.#starter = starter;
    this.#prepare = prepare;
  }

  /**
   * Starts the machine ahead of the first test; for a `test.beforeAll` with a time limit of its own. Where
   * there is no QEMU it does nothing, and the tests skip.
   *
   * @throws what the machine has to say where it does not start.
   */
  async start(): Promise<void> {
    try {
      await this.#place(this.#starter.options.qmpBackend).machine();
    } catch (error) {
      if (!(error instanceof BackendMissingError)) throw error;
    }
  }

  /** @internal The machine on this backend, for one more test. Whoever took it gives it back. */
  async take(backend: QmpBackend): Promise<TakenMachine> {
    const place = this.#place(backend);
    const machine = await place.machine();
    place.users.add(machine);
    return { machine, giveBack: () => place.users.remove(machine) };
  }

  /** @internal What the machine went through that could not be prepared, by the error that told so. */
  storyOf(error: unknown): MachineStory | undefined {
    return error instanceof Error ? this.#stories.get(error) : undefined;
  }

  #place(backend: QmpBackend): Place {
    let place = this.#places.get(backend);
    if (place === undefined) this.#places.set(backend, (place = new Place(() => this.#start(backend))));
    return place;
  }

  async #start(backend: QmpBackend): Promise<Machine> {
    const machine = await this.#starter.start(backend, { name: 'shared vm' });
    try {
      const client = await machine.connect();
      await this.#prepare?.(asPublic(machine, client));
      return machine;
    } catch (error) {
      if (error instanceof Error) this.#stories.set(error, machine.story(0));
      await machine.stop();
      throw error;
    }
  }
}

/** A shared machine in the hands of a test. */
export interface TakenMachine {
  readonly machine: Machine;
  readonly giveBack: () => void;
}

/** Where the machine of one backend is, or the next one is started. */
class Place {
  /** How many tests have the machine. */
  readonly users: Users = new Users();
  readonly #start: () => Promise<Machine>;
  #machine: Machine | undefined;
  #firstFailure: unknown;
  #looking: Promise<Machine> | undefined;

  constructor(start: () => Promise<Machine>) {
    this.#start = start;
  }

  /**
   * A machine that one more test can use. Who asks while it is looked at, or started, gets the same answer.
   */
  machine(): Promise<Machine> {
    this.#looking ??= this.#find().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #find(): Promise<Machine> {
    const last = this.#machine;
    if (last !== undefined) {
      if (await last.ready(!this.users.have(last))) return last;
      this.#machine = undefined;
      // Its process, or its connection, may be all that has ended so far.
      await last.stop();
    }
    try {
      this.#machine = await this.#start();
    } catch (error) {
      throw this.#firstFailure === undefined ? this.#failed(error) : causedBy(error, this.#firstFailure);
    }
    this.#firstFailure = undefined;
    return this.#machine;
  }

  #failed(error: unknown): unknown {
    if (!(error instanceof BackendMissingError)) this.#firstFailure = error;
    return error;
  }
}

/** Counts who uses what. */
class Users {
  readonly #counts = new WeakMap<Machine, number>();

  have(machine: Machine): boolean {
    return (this.#counts.get(machine) ?? 0) > 0;
  }

  add(machine: Machine): void {
    this.#counts.set(machine, (this.#counts.get(machine) ?? 0) + 1);
  }

  remove(machine: Machine): void {
    this.#counts.set(machine, (this.#counts.get(machine) ?? 0) - 1);
  }
}

/**
 * The error, with the first failure behind the last of its causes: what failed first often says more than
 * what failed because of it.
 */
function causedBy(error: unknown, first: unknown): unknown {
  let last = error;
  for (;;) {
    if (!(last instanceof Error) || last === first || last instanceof BackendMissingError) return error;
    if (last.cause === undefined) break;
    last = last.cause;
  }
  if (Object.isExtensible(last)) {
    Object.defineProperty(last, 'cause', { value: first, configurable: true, writable: true });
  }
  return error;
}
