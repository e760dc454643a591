import { appendFileSync } from 'node:fs';
import type { FaultProxy, FaultProxyOptions } from 'qmp-mock';

/*
 * `QMP_FAULT_PROXY` puts a fault between each client and its machine, for a whole run: one byte per write,
 * say. Then a suite, or the code that it tests, shows what it relies on by luck. `QMP_FAULT_REPORT` names a
 * file that gets a line of JSON for each conversation that has passed through.
 */

/** The fault that is asked for; empty if there isn't one. */
export function requestedFault(): string {
  return process.env['QMP_FAULT_PROXY'] ?? '';
}

/** File of the report; empty if nobody wants one. */
export function faultReport(): string {
  return process.env['QMP_FAULT_REPORT'] ?? '';
}

/**
 * Makes a proxy with the requested fault.
 *
 * @throws QmpStateError if `QMP_FAULT_PROXY` doesn't name a fault.
 */
export function requestedProxy(Proxy: typeof FaultProxy, options: FaultProxyOptions): FaultProxy {
  const proxy = new Proxy({ ...options, ...reporting(options) });
  proxy.fault.named(requestedFault());
  return proxy;
}

function reporting(options: FaultProxyOptions): FaultProxyOptions {
  const report = faultReport();
  if (report === '') return {};
  let messages = 0;
  return {
    onMessage: (direction, message) => {
      messages++;
      options.onMessage?.(direction, message);
    },
    onEnd: () => appendFileSync(report, `${JSON.stringify({ fault: requestedFault(), messages })}\n`),
  };
}
