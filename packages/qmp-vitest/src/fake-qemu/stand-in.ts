import type { ClientStream, QemuProfile, ReadArguments } from 'qmp-mock/process';
import type { LauncherLine, LauncherRequest, StartLine, TcpEnds, TestLine } from './control-protocol.ts';

/** Everything that a stand-in has opened. */
export type Opened = Pick<LauncherLine & { readonly type: 'opened' }, 'chardevs' | 'stdio'>;

/** A signal that a stand-in has got. */
export type PassedSignal = Pick<LauncherLine & { readonly type: 'signal' }, 'signal' | 'sender'>;

/** A client of a chardev. */
export interface ArrivedClient {
  /** Id of the chardev. */
  readonly chardev: string;
  readonly ends: TcpEnds;
}

/** An order to the process of a stand-in. */
export type StandInOrder = TestLine & { readonly type: 'write' | 'exit' | 'die' | 'vanish' };

/** A command line that was read. */
export interface ReadCommandLine {
  /** The version that it was read as. */
  readonly profile: QemuProfile;
  readonly read: ReadArguments;
}

/** A process on `PATH` that stands for a QEMU, as the test's process sees it. */
export interface StandIn {
  /** How it was started. */
  readonly start: StartLine;
  /** Its command line, if it was read in this process. */
  readonly commandLine?: ReadCommandLine | undefined;
  /**
   * Resolves when everything is open that its command line asks for; rejects with QEMU's words if something
   * couldn't be, or if it ended before.
   */
  readonly opened: Promise<Opened>;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  /** Exit status, if it ended by itself. */
  readonly exitCode: number | undefined;
  /** Sets the taker of its chardevs' clients. Clients that came before are handed over first. */
  onClient(take: (client: ArrivedClient, stream: ClientStream) => void): void;
  /** Sets the handler of signals. Signals that came before are delivered first. */
  onSignal(action: (signal: PassedSignal) => void): void;
  /** Gives it an order. */
  tell(order: StandInOrder): void;
  /**
   * Has it open or close something.
   *
   * @returns Port that it listens on, if it has one.
   * @throws the system's error if it couldn't.
   */
  request(what: LauncherRequest): Promise<number | undefined>;
}
