import type { CommandHost } from './command-host.ts';
import type { Envelope } from './envelope.ts';
import type { ReplyError } from './messages.ts';
import { checkCapabilities } from './negotiation.ts';

/** The only command before negotiation, and the only one that the session runs itself. */
export const NEGOTIATE = 'qmp_capabilities';

function generic(desc: string): ReplyError {
  return { class: 'GenericError', desc };
}

/**
 * QEMU's refusal of a command before it runs, or `undefined`. The order of checks is that of
 * `qapi/qmp-dispatch.c`: negotiation, whether the command exists, out-of-band execution, whether it may run
 * now, its arguments.
 */
export function refusalOf(
  envelope: Envelope,
  host: CommandHost,
  negotiated: boolean,
): ReplyError | undefined {
  const { name, args, oob } = envelope;
  const negotiation = name === NEGOTIATE;
  if (!negotiation && !negotiated) {
    return { class: 'CommandNotFound', desc: `Expecting capabilities negotiation with '${NEGOTIATE}'` };
  }
  const traits = negotiation ? { allowOob: false } : host.find(name);
  if (traits === undefined) {
    return { class: 'CommandNotFound', desc: `The command ${name} has not been found` };
  }
  const forbidden = negotiation ? undefined : host.forbid?.(name);
  // A command that a policy disables is refused as if it were not there; one that comes too early, only after
  // the next check.
  if (forbidden?.class === 'CommandNotFound') return forbidden;
  if (oob && !traits.allowOob) return generic(`The command ${name} does not support OOB`);
  if (forbidden !== undefined) return forbidden;
  const desc = host.check(name, args) ?? (negotiation ? checkCapabilities(args) : undefined);
  return desc === undefined ? undefined : generic(desc);
}
