import type { Clock } from '../../engine/clock.ts';
import type { MachineRules } from '../../machine/machine-rules.ts';
import type { ChardevSpec } from '../command-line/socket-address.ts';
import { StartError } from '../command-line/start-error.ts';
import { cannotStack } from '../../machine/chardev/chardevs.ts';
import type { Host } from '../host.ts';
import { strerror } from '../strerror.ts';
import { InertChardev, MuxChardev, type Chardev } from './chardev.ts';
import type { ChardevSet } from './chardev-set.ts';
import type { DescriptorSets } from './descriptor-sets.ts';
import { SocketChardev } from './socket-chardev.ts';
import { StdioChardev } from './stdio-chardev.ts';

/** Surroundings of a {@link ChardevOpener}. */
export interface ChardevOpenerOptions {
  /** Set that takes what is opened. */
  readonly chardevs: ChardevSet;
  readonly host: Pick<Host, 'listen' | 'dial' | 'inherit' | 'stdio' | 'file'>;
  readonly clock: Clock;
  readonly rules: MachineRules;
  /** Prints a line on the standard error stream, after the program's name. */
  readonly complain: (text: string) => void;
  /** Whether there is an object with that id. */
  readonly hasObject: (id: string) => boolean;
  /** Sets of inherited descriptors, which paths may name. */
  readonly descriptorSets: () => DescriptorSets;
}

/** Opens the chardevs that a command line or `chardev-add` asks for. */
export class ChardevOpener {
  readonly #options: ChardevOpenerOptions;

  constructor(options: ChardevOpenerOptions) {
    this.#options = options;
  }

  /**
   * Opens a chardev.
   *
   * @param waiting - Told of a server that has to wait for its first client (`wait=on`), before it does.
   * @throws StartError with QEMU's text if it can't be opened.
   */
  async open(label: string, spec: ChardevSpec, waiting?: (filename: string) => void): Promise<void> {
    const base = this.#create(label, spec);
    this.#touchFiles(spec);
    const { logFile } = spec;
    if (logFile !== undefined) {
      const { file } = this.#options.host;
      const path = this.#options.descriptorSets().pathOfLog(logFile.path);
      base.log = (chunk) => file.write(path, chunk, { append: true });
    }
    this.#keep(label, spec, base);
    if (!(base instanceof SocketChardev) || spec.kind !== 'socket') return;
    try {
      await base.open();
    } catch (error) {
      this.#options.chardevs.forget(label);
      this.#options.chardevs.forget(base.label);
      throw error;
    }
    if (!spec.wait) return;
    waiting?.(base.filename);
    await base.waitForClient();
  }

  /** Takes a chardev over that another process has opened: its clients come by the host, sooner or later. */
  adopt(label: string, spec: ChardevSpec): void {
    const base = this.#create(label, spec);
    this.#keep(label, spec, base);
    if (base instanceof SocketChardev) base.open().catch(() => {});
  }

  #keep(label: string, { mux }: ChardevSpec, base: Chardev): void {
    const { chardevs } = this.#options;
    chardevs.add(base);
    if (mux) chardevs.add(new MuxChardev(label, base));
  }

  #create(id: string, spec: ChardevSpec): Chardev {
    for (const name of spec.mux ? [`${id}-base`, id] : [id]) {
      if (!this.#options.chardevs.has(name)) continue;
      throw new StartError(`attempt to add duplicate property '${name}' to object (type 'container')`);
    }
    const { chardevs, host, clock, rules, complain, hasObject } = this.#options;
    const label = spec.mux ? `${id}-base` : id;
    switch (spec.kind) {
      case 'socket':
        if (spec.tlsCreds !== undefined && !hasObject(spec.tlsCreds)) {
          throw new StartError(`No TLS credentials with id '${spec.tlsCreds}'`);
        }
        return new SocketChardev(label, spec, { host, clock, rules, complain });
      case 'stdio':
        if (chardevs.list().some(({ kind }) => kind === 'stdio')) {
          throw new StartError('cannot use stdio by multiple character devices');
        }
        return new StdioChardev(label, () => host.stdio());
      case 'file':
        return new InertChardev(label, 'file');
      default:
        for (const base of spec.bases ?? []) this.#reserve(base, spec.name);
        return new InertChardev(label, spec.name, () => {
          for (const base of spec.bases ?? []) chardevs.get(base)?.reserve(false);
        });
    }
  }

  /** Takes a chardev for a multiplexer or a hub, which stand on all but another of their kind. */
  #reserve(id: string, kind: string): void {
    const { chardevs, rules } = this.#options;
    const base = chardevs.get(id);
    if (base === undefined) return;
    const isShared = base.kind === 'mux' || base.kind === 'hub';
    if (kind === 'hub' && isShared) throw new StartError(cannotStack(id));
    if (base.kind === 'mux') return;
    if (base.taken) throw new StartError(rules.chardevInUse.replace('%', () => id));
    base.reserve(true);
  }

  /** Makes the files that a chardev writes to, and looks at those that it would read from. */
  #touchFiles(spec: ChardevSpec): void {
    const { file } = this.#options.host;
    const sets = this.#options.descriptorSets();
    const attempt = (verb: string, path: string, action: () => void): void => {
      try {
        action();
      } catch (error) {
        throw new StartError(`Could not ${verb} '${path}': ${strerror(error)}`);
      }
    };
    const reads = spec.kind === 'file' ? spec.input : spec.kind === 'inert' ? spec.opens : undefined;
    if (reads !== undefined) attempt('open', reads, () => file.assertOpens(sets.pathOf(reads, 'read')));
    if (spec.kind === 'file') {
      const { path, append } = spec;
      attempt('open', path, () => file.write(sets.pathOf(path, 'write'), '', { append }));
    }
    const { logFile } = spec;
    if (logFile !== undefined) {
      const path = sets.pathOfLog(logFile.path);
      attempt('create', logFile.path, () => file.write(path, '', { append: logFile.append }));
    }
  }
}
