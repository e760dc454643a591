import type { Duplex } from 'node:stream';
import type { FaultProxy, FaultProxyOptions } from 'qmp-mock';
import type { BoundAddress } from 'qmp-core/transport';
import type { Cleanup } from './cleanup.ts';
import { requestedFault, requestedProxy } from './fault-request.ts';

/**
 * Loads and makes a proxy with the requested fault. Without a request it gives `undefined` and loads nothing.
 */
async function proxyOf(options: FaultProxyOptions): Promise<FaultProxy | undefined> {
  if (!faultIsRequested()) return undefined;
  const { FaultProxy: Proxy } = await import('qmp-mock');
  return requestedProxy(Proxy, options);
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
  return requestedFault() !== '';
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
