import type { Machine } from './backend/backend.ts';
import type { QmpMachine } from './launch.ts';
import type { QmpBackend } from './options.ts';
import type { MachineStory } from './report/story.ts';
import { asPublic } from './public-machine.ts';
import { BackendMissingError, type Starter } from './starter.ts';

/** Prepares a shared machine for the tests: boots the guest, plugs the disks. */
export type PrepareMachine = (machine: QmpMachine) => void | Promise<void>;

/**
 * The machine that the tests of a file or worker share, for guests that are slow to boot. There is one per
 * backend. It starts when the first test asks, and starts again after a test has ended it. If a start or a
 * `prepare` fails, the tests that wait for it fail; the next test tries again.
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
   * Starts the machine ahead of the first test, in a `test.beforeAll` with a time limit of its own. If QEMU
   * is missing, it does nothing, and the tests are skipped.
   *
   * @throws the machine's own error if it doesn't start.
   */
  async start(): Promise<void> {
    try {
      await this.#place(this.#starter.options.qmpBackend).machine();
    } catch (error) {
      if (!(error instanceof BackendMissingError)) throw error;
    }
  }

  /** @internal Takes the machine on this backend for one more test, which has to give it back. */
  async take(backend: QmpBackend): Promise<TakenMachine> {
    const place = this.#place(backend);
    const machine = await place.machine();
    place.users.add(machine);
    return { machine, giveBack: () => place.users.remove(machine) };
  }

  /** @internal The story of the machine whose preparation failed with this error. */
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

/** Holds the machine of one backend, or starts the next one. */
class Place {
  /** Counts the tests that have the machine. */
  readonly users: Users = new Users();
  readonly #start: () => Promise<Machine>;
  #machine: Machine | undefined;
  #firstFailure: unknown;
  #looking: Promise<Machine> | undefined;

  constructor(start: () => Promise<Machine>) {
    this.#start = start;
  }

  /**
   * Gives a machine that one more test can use. Callers that ask while it is being checked or started get the
   * same answer.
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

/** Counts users. */
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
 * Adds the first failure to the end of the error's causes, because it often says more than the failures that
 * follow from it.
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
