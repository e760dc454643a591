import type { GivenOption } from '../../machine-options.ts';
import { optionValues } from '../../setup/option-values.ts';

/** Kinds of authentication that a VNC server asks for. */
export type VncAuth = 'none' | 'vnc' | 'sasl' | 'vencrypt';

/** A VNC server as `-vnc` or `-display vnc=` asks for it. */
export interface VncOptions {
  readonly id: string;
  /** Its address: `none`, `unix:PATH`, or `HOST:DISPLAY`. */
  readonly place: string;
  /** Everything that the option gives, by name. */
  readonly values: ReadonlyMap<string, string>;
  readonly auth: VncAuth;
  /** Part of `vencrypt`: how the client is known once the connection is secret. */
  readonly subauth: 'none' | 'vnc' | 'sasl' | undefined;
  /** Whether clients may connect beside one another. */
  readonly share: 'ignore' | 'allow-exclusive' | 'force-shared';
  /** Most clients that share it. */
  readonly connections: number;
}

const ON = /^(on|yes|true|y)$/;
const isOn = (value: string | undefined): boolean => value !== undefined && ON.test(value);

/** Most clients, unless the option says otherwise. */
const CONNECTIONS = 32;

/** The argument of `-vnc`, or of `-display vnc=`; `undefined` for other options. */
export function vncArgument({ name, argument }: GivenOption): string | undefined {
  if (name === 'vnc') return argument;
  return name === 'display' && argument.startsWith('vnc=') ? argument.slice('vnc='.length) : undefined;
}

/** The servers that a command line asks for (`vnc_display_open` in `ui/vnc.c`), in their order. */
export function vncOptions(given: readonly GivenOption[]): VncOptions[] {
  const all = given.flatMap((option) => {
    const argument = vncArgument(option);
    return argument === undefined ? [] : [optionValues(argument, 'vnc')];
  });
  const ids = new Set(all.flatMap((values) => values.get('id') ?? []));
  return all.map((values) => {
    const id = values.get('id') ?? freeId(ids);
    ids.add(id);
    return { id, values, place: values.get('vnc') ?? '', ...authOf(values), ...limitsOf(values) };
  });
}

/** `default`, then `vnc2`, `vnc3`, …: the ones that no server has been given. */
function freeId(taken: ReadonlySet<string>): string {
  let id = 'default';
  for (let number = 2; taken.has(id); number++) id = `vnc${number}`;
  return id;
}

/** `vnc_display_setup_auth`: a password comes before SASL, and TLS is around either. */
function authOf(values: ReadonlyMap<string, string>): Pick<VncOptions, 'auth' | 'subauth'> {
  const hasPassword = isOn(values.get('password')) || values.has('password-secret');
  const inner = hasPassword ? 'vnc' : isOn(values.get('sasl')) ? 'sasl' : 'none';
  return values.has('tls-creds') ? { auth: 'vencrypt', subauth: inner } : { auth: inner, subauth: undefined };
}

function limitsOf(values: ReadonlyMap<string, string>): Pick<VncOptions, 'share' | 'connections'> {
  const share = values.get('share');
  const connections = Number(values.get('connections') ?? CONNECTIONS);
  return {
    share: share === 'ignore' || share === 'force-shared' ? share : 'allow-exclusive',
    connections: Number.isNaN(connections) ? CONNECTIONS : connections,
  };
}
