import { QmpClient } from 'qmp-core';

/** An event of QEMU. */
export interface MonitorEvent {
  event: string;
  data?: Record<string, unknown>;
}

/** All that the manager wants of a connection to QEMU's monitor. */
export interface Monitor {
  execute(command: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Waits for an event that came after the connection was made; `undefined` if it doesn't come in time. */
  event(name: string, timeout: number, match?: Record<string, unknown>): Promise<MonitorEvent | undefined>;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<unknown>;
  close(): Promise<void>;
}

/** Connects to a monitor that listens on a UNIX socket. Rejects if nobody does. */
export type ConnectMonitor = (path: string) => Promise<Monitor>;

/** The usual monitor: a client of qmp-core. */
export async function connectMonitor(path: string): Promise<Monitor> {
  const client = await QmpClient.connect(path, { timeout: 10_000 });
  return {
    execute: (command, args) => client.untyped.execute(command, args as never),
    event: (name, timeout, match) =>
      client.untyped.waitForEvent(name, { timeout, match: match as never }).then(
        (event) => event as unknown as MonitorEvent,
        () => undefined,
      ),
    closed: client.closed,
    close: () => client.close(),
  };
}
