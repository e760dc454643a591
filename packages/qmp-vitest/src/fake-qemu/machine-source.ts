import type { QmpBackend } from '../options.ts';
import type { FakeQemuProcess } from './fake-qemu-process.ts';
import type { FailedNext, FailOptions, RefusedCommandLine } from './failures.ts';
import type { ImageCommand } from './fixture-directory.ts';
import type { PendingNext } from './machine-queue.ts';
import type { QemuCommand } from './qemu-command.ts';

/** The one that a {@link MachineSource} tells of its machines. */
export interface SourceListener {
  /** Finds the `next` that waits for a machine. */
  meantBy(command: QemuCommand): PendingNext | undefined;
  /** Takes a machine that has started. */
  hand(vm: FakeQemuProcess, waiting: PendingNext | undefined): void;
  /** Calls the `onStart` listeners. Rejects if one of them does; the machine then ends. */
  prepare(vm: FakeQemuProcess): Promise<void>;
  /**
   * Takes a refusal.
   *
   * @param index - Number of the refusal, from 0. Default: the last one.
   */
  refuse(command: QemuCommand, stderr: string, exitCode: number, index?: number): void;
  /** Takes an error that no `next` waits for. */
  failed(error: unknown): void;
}

/** Answers what the code under test starts, with machines of one backend. */
export interface MachineSource {
  readonly backend: QmpBackend;
  /** Number of refused starts that `next` compares by; 0 if that isn't known at once. */
  readonly refusals: number;
  /** See `FakeQemu.refused`. */
  readonly refused: readonly RefusedCommandLine[];
  /** See `FakeQemu.imageCommands`. */
  readonly imageCommands: readonly ImageCommand[];
  /** See `FakeQemu.failNext`. */
  failNext(options: FailOptions): FailedNext;
  /** Throws if machines are missing that should have started. For a test that has passed. */
  verify(): void;
  /** Ends every machine. */
  close(): Promise<void>;
}
