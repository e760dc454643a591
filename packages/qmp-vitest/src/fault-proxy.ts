import { appendFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { FaultProxy, FaultProxyOptions } from 'qmp-mock';
import type { BoundAddress } from 'qmp-core/transport';
import type { Cleanup } from './cleanup.ts';

/*
 * `QMP_FAULT_PROXY` puts a fault between each client and its machine, for a whole run: one byte per write,
 * say. Then a suite, or the code that it tests, shows what it relies on by luck. `QMP_FAULT_REPORT` names a
 * file that gets a line of JSON for each conversation that has passed through.
 */

/**
 * Loads and makes a proxy with the requested fault. Without a request it gives `undefined` and loads nothing.
 */
async function proxyOf(options: FaultProxyOptions): Promise<FaultProxy | undefined> {
  const name = process.env['QMP_FAULT_PROXY'] ?? '';
  if (name === '') return undefined;
  const { FaultProxy: Proxy } = await import('qmp-mock');
  let messages = 0;
  const report = process.env['QMP_FAULT_REPORT'] ?? '';
  const hooks: FaultProxyOptions =
    report === ''
      ? {}
      : {
          onMessage: (direction, message) => {
            messages++;
            options.onMessage?.(direction, message);
          },
          onEnd: () => appendFileSync(report, `${JSON.stringify({ fault: name, messages })}\n`),
        };
  const proxy = new Proxy({ ...options, ...hooks });
  proxy.fault.named(name);
  return proxy;
}

/**
 * Makes a proxy that watches the conversations that go through it, with the requested fault, if there is one.
 *
 * @throws QmpStateError if `QMP_FAULT_PROXY` doesn't name a fault.
 */
export async function watchedProxy(
  onMessage: NonNullable<FaultProxyOptions['onMessage']>,
): Promise<FaultProxy> {
  const faulty = await proxyOf({ onMessage });
  if (faulty !== undefined) return faulty;
  const { FaultProxy: Proxy } = await import('qmp-mock');
  return new Proxy({ onMessage });
}

/** Whether `QMP_FAULT_PROXY` asks for a fault. */
export function faultIsRequested(): boolean {
  return (process.env['QMP_FAULT_PROXY'] ?? '') !== '';
}

/** Throws a `QmpStateError` if `QMP_FAULT_PROXY` doesn't name a fault. */
export async function assertFault(): Promise<void> {
  await (await proxyOf({}))?.close();
}

/**
 * Puts the requested fault into the stream of a client that has come.
 *
 * @returns The stream for the monitor.
 * @throws QmpStateError if `QMP_FAULT_PROXY` doesn't name a fault.
 */
export async function detourFrom(client: Duplex): Promise<Duplex> {
  const proxy = await proxyOf({});
  if (proxy === undefined) return client;
  const { duplexPair } = await import('qmp-mock/process');
  const [monitor, far] = duplexPair();
  proxy.between(client, far);
  return monitor;
}

/**
 * Puts the requested fault between the two sides. Returns the address to dial instead of the other side's, or
 * that address itself if no fault is requested.
 *
 * @param side - The side that listens (the machine, `qemu`, or the test's client), and its address.
 * @param socketPath - Gives a path for the proxy's socket.
 * @throws QmpStateError if `QMP_FAULT_PROXY` doesn't name a fault.
 */
export async function detour(
  side: { qemu: BoundAddress } | { client: BoundAddress },
  socketPath: () => string,
  cleanup: Cleanup,
): Promise<BoundAddress> {
  const proxy = await proxyOf(side);
  if (proxy === undefined) return 'qemu' in side ? side.qemu : side.client;
  const path = socketPath();
  cleanup.defer(`closing the fault proxy at ${path}`, () => proxy.close());
  return proxy.listen({ path });
}

/**
 * Puts the requested fault into a stream to a machine. Without a fault it returns the stream itself. Both
 * ends end together.
 *
 * @throws QmpStateError if `QMP_FAULT_PROXY` doesn't name a fault.
 */
export async function detourOver(stream: Duplex): Promise<Duplex> {
  const proxy = await proxyOf({});
  return proxy?.over(stream) ?? stream;
}
