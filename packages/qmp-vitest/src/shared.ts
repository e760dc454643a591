import type { Machine } from './backend/backend.ts';
import type { QmpMachine } from './launch.ts';
import type { QmpBackend } from './options.ts';
import { asPublic } from './session.ts';
import { BackendMissingError, type Starter } from './starter.ts';

/** Brings a shared machine to where the tests want it: boots the guest, plugs the disks. */
export type PrepareMachine = (machine: QmpMachine) => void | Promise<void>;

/**
 * The machine that the tests of a file or worker share, for guests that are slow to boot. One per backend, started
 * when the first test asks, and started anew when a test has ended it.
 */
export class SharedMachine {
  readonly #starter: Starter;
  readonly #prepare: PrepareMachine | undefined;
  readonly #machines = new Map<QmpBackend, Promise<Machine>>();

  constructor(starter: Starter, prepare: PrepareMachine | undefined) {
    this.#starter = starter;
    this.#prepare = prepare;
  }

  /**
   * Starts the machine ahead of the first test; for a `test.beforeAll` with a time limit of its own. Where there is
   * no QEMU it does nothing, and the tests skip.
   *
   * @throws what the machine has to say where it does not start.
   */
  async start(): Promise<void> {
    try {
      await this.machine(this.#starter.options.qmpBackend);
    } catch (error) {
      if (!(error instanceof BackendMissingError)) throw error;
    }
  }

  /** The machine on this backend. */
  async machine(backend: QmpBackend): Promise<Machine> {
    const running = this.#machines.get(backend);
    if (running !== undefined && (await running).alive()) return running;
    // Another test may have been faster to start it anew.
    const current = this.#machines.get(backend);
    if (current !== undefined && current !== running) return current;
    const started = this.#start(backend);
    this.#machines.set(backend, started);
    return started;
  }

  async #start(backend: QmpBackend): Promise<Machine> {
    const machine = await this.#starter.start(backend, { name: 'shared vm' });
    const client = await machine.connect();
    await this.#prepare?.(asPublic(machine, client));
    return machine;
  }
}
