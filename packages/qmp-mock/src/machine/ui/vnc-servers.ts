import type { GivenOption } from '../machine-options.ts';
import { optionValues } from '../setup/option-values.ts';

/** A VNC server of the command line. */
export interface VncServer {
  readonly id: string;
  /** Whether it asks for a password; `undefined` if an option decides that which isn't modelled. */
  readonly takesPassword: boolean | undefined;
}

/** Options that have no say in who may connect. */
const PLAIN = new Set(['vnc', 'id', 'password', 'share', 'lossy', 'non-adaptive', 'to', 'head', 'display']);

/** The servers that `-vnc` asks for (`vnc_display_open`), in their order. */
export function vncServers(given: readonly GivenOption[]): VncServer[] {
  return given.flatMap(({ name, argument }) => {
    if (name !== 'vnc') return [];
    const values = optionValues(argument, 'vnc');
    if (values.get('vnc') === 'none') return [];
    const isPlain = [...values.keys()].every((key) => PLAIN.has(key));
    const takesPassword = isPlain ? /^(on|yes|true|y)$/.test(values.get('password') ?? '') : undefined;
    return [{ id: values.get('id') ?? 'default', takesPassword }];
  });
}
