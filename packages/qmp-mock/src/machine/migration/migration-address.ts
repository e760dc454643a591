import type { MachineRules } from '../machine-rules.ts';

/** Context for checking a destination. */
export interface AddressContext {
  readonly rules: Pick<MachineRules, 'migrateProtocol' | 'migrationAddress'>;
  /** Whether a descriptor with that name was passed. */
  readonly hasDescriptor: (name: string) => boolean;
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
}

/** Reason why QEMU cannot migrate to a destination. */
export interface AddressFault {
  /** QEMU's words. */
  readonly text: string;
  /**
   * `spelling`: the address itself is wrong. `opening`: it is a good address of something that is not there.
   * `protocol`: no such kind of destination.
   */
  readonly kind: 'spelling' | 'opening' | 'protocol';
}

const PREFIX = /^(tcp|unix|exec|fd|vsock|rdma|file):([^]*)$/;

/**
 * QEMU's refusal of a migration's destination, or `undefined` if it can be opened (`migration/migration.c`).
 */
export function addressFault(uri: string, context: AddressContext): AddressFault | undefined {
  const { rules } = context;
  const [, protocol, rest = ''] = PREFIX.exec(uri) ?? [];
  const spelling = (text: string): AddressFault => ({ kind: 'spelling', text });
  switch (protocol) {
    case 'tcp': {
      const text = inetFault(rest, rules.migrationAddress.port);
      return text === undefined ? undefined : spelling(text);
    }
    case 'vsock':
      return /^[^:]+:\d+/.test(rest) ? undefined : spelling(`error parsing address '${rest}'`);
    case 'unix':
      return rest === '' ? spelling('invalid Unix socket address') : undefined;
    case 'fd':
      if (rest === '' && rules.migrationAddress.emptyFd !== undefined)
        return spelling(rules.migrationAddress.emptyFd);
      if (context.hasDescriptor(rest)) return undefined;
      return { kind: 'opening', text: `File descriptor named '${rest}' has not been found` };
    case 'file': {
      if (!rules.migrationAddress.files) break;
      const path = rest.replace(/,offset=[^,]*$/, '');
      const why = path === '' ? 'No such file or directory' : context.whyNotWritable(path);
      return why === undefined ? undefined : { kind: 'opening', text: `Could not create '${path}': ${why}` };
    }
    case 'exec':
    case 'rdma':
      return undefined;
    default:
  }
  return { kind: 'protocol', text: rules.migrateProtocol.replace('%', () => uri) };
}

/** The fault of a `host:port` (`inet_parse` in `util/qemu-sockets.c`), or `undefined`. */
export function inetFault(text: string, portWord: string): string | undefined {
  if (text.startsWith(':')) return /^:[^,]/.test(text) ? undefined : `error parsing ${portWord} '${text}'`;
  if (text.startsWith('[')) {
    return /^\[[^\]]+\]:[^,]/.test(text) ? undefined : `error parsing IPv6 address '${text}'`;
  }
  return /^[^:]+:[^,]/.test(text) ? undefined : `error parsing address '${text}'`;
}
