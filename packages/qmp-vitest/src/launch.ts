import type { QmpClient } from 'qmp-core';
import type { MockQmp, MockQmpOptions } from 'qmp-mock';
import type { CassetteOptions } from './cassette/options.ts';
import type { QmpBackend, QmpTransport } from './options.ts';
import type { QemuOptions } from './qemu/options.ts';
import type { QemuProcess } from './qemu/process.ts';

/** Options of {@link Launch}. Each defaults to the value for the test's own machine. */
export interface LaunchOptions {
  /** Name in reports. Default: `vm2`, `vm3`, … */
  name?: string | undefined;
  /** Backend of the machine. */
  backend?: QmpBackend | undefined;
  /** Transport between client and monitor. */
  transport?: QmpTransport | undefined;
  /** Laid over the test's `qemuOptions`, member by member. */
  qemuOptions?: Partial<QemuOptions> | undefined;
  /** Laid over the test's `mockOptions`, member by member. */
  mockOptions?: MockQmpOptions | undefined;
  /** Laid over the test's `cassetteOptions`, member by member. */
  cassetteOptions?: CassetteOptions | undefined;
}

interface AnyMachine {
  /** Name in reports. */
  readonly name: string;
  /** A client that is connected to it. */
  readonly qmp: QmpClient;
  /** Ends the machine before the test does. */
  stop(): Promise<void>;
}

/** A machine that is a mock. */
export interface MockMachine extends AnyMachine {
  readonly backend: 'mock';
  readonly mock: MockQmp;
  readonly qemu: undefined;
}

/** A machine that is a QEMU process. */
export interface QemuMachine extends AnyMachine {
  readonly backend: 'qemu';
  readonly mock: undefined;
  readonly qemu: QemuProcess;
}

/** A machine with a cassette: a QEMU that is recorded, or a recording that is played. */
export interface CassetteMachine extends AnyMachine {
  readonly backend: 'record' | 'replay';
  readonly mock: undefined;
  /** The recorded process; `undefined` if a recording is played. */
  readonly qemu: QemuProcess | undefined;
}

/** A machine that `launch` started. */
export type QmpMachine = MockMachine | QemuMachine | CassetteMachine;

/**
 * Starts one more machine in the same test and connects to it. It ends with the test, as the first one does.
 *
 * It skips the test if the backend is QEMU and QEMU is missing.
 *
 * @throws the machine's own error if it doesn't start.
 * @example
 * test('migrates', async ({ launch }) => {
 *   const [source, target] = await Promise.all([launch({ name: 'source' }), launch({ name: 'target' })])
 *   await source.qmp.execute('stop')
 * })
 */
export interface Launch {
  (options: LaunchOptions & { backend: 'mock' }): Promise<MockMachine>;
  (options: LaunchOptions & { backend: 'qemu' }): Promise<QemuMachine>;
  (options?: LaunchOptions): Promise<QmpMachine>;
}
