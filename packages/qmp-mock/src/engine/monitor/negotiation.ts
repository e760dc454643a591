import { firstUnexpected } from '../json/glib-order.ts';
import type { QDict } from '../json/value.ts';

/** The capabilities that QEMU knows (`QMPCapability` in `qapi/control.json`). */
const CAPABILITIES: readonly string[] = ['oob'];

/**
 * QEMU's refusal of the arguments of `qmp_capabilities`, or `undefined`. The introspection schema says the
 * same. It is here so that a session can negotiate with any host behind it.
 */
export function checkCapabilities(args: QDict): string | undefined {
  const enable = args.get('enable');
  if (enable !== undefined) {
    if (!Array.isArray(enable)) return "Invalid parameter type for 'enable', expected: array";
    for (const [index, capability] of enable.entries()) {
      if (typeof capability !== 'string') {
        return `Invalid parameter type for 'enable[${index}]', expected: string`;
      }
      // Elements of a list have no name, which QEMU shows as 'null'.
      if (!CAPABILITIES.includes(capability)) {
        return `Parameter 'null' does not accept value '${capability}'`;
      }
    }
  }
  const surplus = firstUnexpected(args.keys(), ['enable']);
  return surplus === undefined ? undefined : `Parameter '${surplus}' is unexpected`;
}

/** The capabilities that a client asks for, each once. Call it only after {@link checkCapabilities}. */
export function requestedCapabilities(args: QDict): Set<string> {
  return new Set((args.get('enable') ?? []) as string[]);
}

/**
 * QEMU's refusal of capabilities that it knows but didn't offer, or `undefined`
 * (`monitor/qmp-cmds-control.c`).
 */
export function refuseUnoffered(requested: Set<string>, offered: readonly string[]): string | undefined {
  const missing = [...requested].filter((capability) => !offered.includes(capability));
  return missing.length === 0 ? undefined : `Capability ${missing.join(', ')} not available`;
}
