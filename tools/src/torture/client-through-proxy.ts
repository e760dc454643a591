/**
 * Puts a fault proxy between every client that is opened from here on and its monitor, for suites that make
 * their own clients: `node --import`, Jest's setup, Vitest's setup.
 */
import { appendFileSync } from 'node:fs';
import { QmpClient, QmpListener } from 'qmp-core';
import { dial, parseAddress } from 'qmp-core/transport';
import { FaultProxy, type FaultProxyOptions } from 'qmp-mock';

const fault = process.env['QMP_CLIENT_FAULT'] ?? 'one-byte-per-write';

const report = process.env['QMP_FAULT_REPORT'] ?? '';
const over = QmpClient.over.bind(QmpClient);
const listen = QmpListener.listen.bind(QmpListener);

function proxyOf(options: FaultProxyOptions): FaultProxy {
  let messages = 0;
  const proxy = new FaultProxy({
    ...options,
    onMessage: () => void messages++,
    onEnd: () => {
      if (report !== '') appendFileSync(report, `${JSON.stringify({ fault, messages })}\n`);
    },
  });
  proxy.fault.named(fault);
  return proxy;
}

const throughProxy: Pick<typeof QmpClient, 'over' | 'connect'> = {
  over: (stream, options) => over(proxyOf({}).over(stream), options),
  connect: async (address, options) =>
    QmpClient.over(await dial(parseAddress(address), { signal: options?.signal }), options),
};
Object.assign(QmpClient, throughProxy);

const dialled: Pick<typeof QmpListener, 'listen'> = {
  // The monitor finds the proxy where it expects the client. The proxy outlives the listener, since its
  // conversations do.
  async listen(address) {
    const listener = await listen('127.0.0.1:0');
    await proxyOf({ client: listener.address }).listen(address);
    return listener;
  },
};
Object.assign(QmpListener, dialled);
