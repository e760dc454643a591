/**
 * Expectations of a mock with a case's own command line, held against the recordings. The categories of
 * {@link EXACT} must be identical but for the cases named there, each with its reason; a case that is named
 * and is identical after all fails too, so that the list stays true. The categories of {@link AT_LEAST}
 * depend on how much of a real machine is modelled: they must not get worse than the share of exchanges
 * given.
 */

/** By category and case: why it differs. */
export const EXACT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  negotiation: {},
  envelope: {},
  json: {},
  framing: {},
  pretty: {},
  oob: {
    'oob/crash-double-message': 'QEMU aborts',
  },
  connections: {},
};

/** By category: the share of exchanges that must be identical. */
export const AT_LEAST: Readonly<Record<string, number>> = {
  lifecycle: 0.75,
  arguments: 0.75,
  hmp: 0.75,
};

/** Categories that are not held against the mock, and why. */
export const OFF: Readonly<Record<string, string>> = {
  devices: 'what real devices and disks do is not modelled',
};
