import { QDict } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { genericError } from '../command.ts';
import type { GivenOption } from '../machine-options.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Recording } from '../recording.ts';
import type { Power } from '../run-state/power.ts';
import type { Setup } from '../setup/setup.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { addressFault, type AddressContext } from './migration-address.ts';
import { isMigrationUri } from './migration-uri.ts';
import { MigrationParameters } from './parameters.ts';

/** Parts of the machine that a {@link Migration} needs. */
export interface MigrationParts extends Pick<AddressContext, 'hasDescriptor' | 'whyNotWritable'> {
  readonly rules: MachineRules;
  readonly power: Power;
  readonly recording: Recording;
  /** `-incoming`, if it was given. */
  readonly incoming: string | undefined;
  readonly setup: Setup;
  /** The command line. */
  readonly given: readonly GivenOption[];
  readonly emit: (event: string, data?: Record<string, unknown>) => void;
  /**
   * Reason why nobody can be reached at an address, `undefined` if somebody can; left out if the program
   * cannot try.
   */
  readonly whyNotReached: ((uri: string) => Promise<string | undefined>) | undefined;
}

/** Devices that forbid a migration, or may do so. */
const MAY_BLOCK =
  /^(nvme|ufs|usb-(uas|net|wacom|audio|host|mtp|bot|ccid|redir)|u2f-|ccid-|rocker|amd-iommu|vhost-|vfio-|ivshmem|virtio-9p|virtio-(gpu|vga)-(gl|rutabaga)|cxl-|pxb-cxl|nvdimm|sgx-|xen-|pvrdma|tpm-|scsi-(block|generic)|vmbus)/;
/** Options of disks. */
const DISK = /^(drive|blockdev|disk image|hd[a-d]|cdrom|sd|pflash)$/;
/** Formats of images that forbid it. */
const BLOCKING_FORMAT = /\b(vmdk|vdi|vhdx?|vpc|vvfat|qcow|parallels|bochs|cloop|dmg)\b/;

/** The machine's migration: capabilities, parameters, state. */
export class Migration {
  readonly #parts: MigrationParts;
  #capabilities: Map<string, boolean> | undefined;
  #parameters: MigrationParameters | undefined;
  #state = 'none';
  /** Reason why it failed, if it did and QEMU says why. */
  #fault: string | undefined;
  #listening: string | undefined;

  constructor(parts: MigrationParts) {
    this.#parts = parts;
    this.#listening = parts.incoming === 'defer' ? undefined : parts.incoming;
  }

  /** Capabilities by name, in QEMU's order. */
  get capabilities(): Map<string, boolean> {
    if (this.#capabilities === undefined) {
      const recorded = this.#parts.recording.value('query-migrate-capabilities') as QDict[] | undefined;
      this.#capabilities = new Map(
        recorded?.map((item) => [item.get('capability') as string, item.get('state') === true]),
      );
    }
    return this.#capabilities;
  }

  get parameters(): MigrationParameters {
    const { recording, rules } = this.#parts;
    this.#parameters ??= new MigrationParameters(
      recording.value('query-migrate-parameters') as QDict | undefined,
      rules,
    );
    return this.#parameters;
  }

  /** `none`, `setup`, `active`, `completed`, … */
  get state(): string {
    return this.#state;
  }

  /** `migrate-set-capabilities` (`migrate_caps_check`). Throws QEMU's refusal, and then changes none. */
  setCapabilities(changes: ReadonlyMap<string, boolean>): void {
    const { needs, conflicts } = this.#parts.rules.migrationCapabilities;
    const after = new Map([...this.capabilities, ...changes]);
    const isOn = (capability: string): boolean => after.get(capability) === true;
    const alone = Object.entries(needs).filter(
      ([capability, { other }]) => isOn(capability) && (other === undefined || !isOn(other)),
    );
    const refusals = new Set([
      ...alone.map(([, { text }]) => text),
      ...conflicts.filter(({ pair }) => pair.every(isOn)).map(({ text }) => text),
    ]);
    if (refusals.size > 1) notModelled('which of several capabilities is refused');
    for (const text of refusals) throw genericError(text);
    for (const [capability, state] of changes) this.capabilities.set(capability, state);
  }

  /** Whether it may have left, by a command that is not modelled. */
  get isInDoubt(): boolean {
    return this.#parts.setup.isInDoubt('migration');
  }

  /** Says so if it isn't known whether something forbids a migration. */
  requireFree(what: string): void {
    const { setup, given } = this.#parts;
    if (this.isInDoubt) notModelled(`${what} after one that is not modelled`);
    if (setup.hasDevice(MAY_BLOCK)) notModelled(`${what} with such devices`);
    if (given.some(({ name, argument }) => DISK.test(name) && BLOCKING_FORMAT.test(argument))) {
      notModelled(`${what} with such images`);
    }
  }

  /** Says so if it isn't known whether the machine can be saved into a snapshot. */
  requireSavable(what: string): void {
    this.requireFree(what);
    if ([...this.capabilities].some(([name, on]) => on && name !== 'events'))
      notModelled(`${what} with capabilities of migrations`);
  }

  /** The machine is saved into a snapshot: to others that looks like a migration. */
  saves(): void {
    const { rules, emit } = this.#parts;
    this.#fault = undefined;
    this.#enter('setup');
    for (let pass = 1; this.#sendsEvents && pass <= rules.jobs.snapshotPasses; pass += 1)
      emit('MIGRATION_PASS', { pass });
    this.#enter('completed');
  }

  /** As `query-migrate` gives it. */
  status(): Record<string, unknown> {
    this.requireFree('query-migrate');
    if (this.#listening !== undefined) {
      const address = socketAddress(this.#listening);
      return {
        ...(this.#parts.rules.incomingStatus && { status: 'setup' }),
        ...(address !== undefined && { 'socket-address': [address] }),
      };
    }
    if (this.#state === 'none') return {};
    if (this.#state === 'completed') notModelled('the figures of a machine that was saved');
    return { status: this.#state, ...(this.#fault !== undefined && { 'error-desc': this.#fault }) };
  }

  /**
   * `migrate`: refused if the destination cannot be, and a migration that fails if nobody is there. One that
   * somebody takes is not modelled.
   *
   * @param call - The QMP call; left out for a line of the human monitor.
   * @param destination - The URI, or `undefined` if channels were given instead.
   */
  leave(call: CommandCall | undefined, destination: string | undefined): Promise<undefined> {
    const { rules, power, whyNotReached } = this.#parts;
    const fault = destination === undefined ? undefined : addressFault(destination, this.#parts);
    if (fault !== undefined && fault.kind !== 'opening' && rules.migrationAddress.first) {
      throw genericError(fault.text);
    }
    this.requireFree('a migration');
    if (power.state === 'inmigrate') throw genericError('Guest is waiting for an incoming migration');
    if (fault !== undefined) {
      this.#fault = undefined;
      this.#enter('setup');
      this.#fail(fault.kind === 'protocol' ? undefined : fault.text);
      throw genericError(fault.text);
    }
    const dials = destination !== undefined && /^(tcp|unix):/.test(destination);
    if (!dials || whyNotReached === undefined || call === undefined) {
      return notModelled(`a migration${destination === undefined ? '' : ` to ${destination}`}`);
    }
    return whyNotReached(destination).then((reason) => {
      if (reason === undefined) return notModelled('a migration to somebody who is there');
      this.#fault = undefined;
      this.#enter('setup');
      call.afterReply(() => this.#fail(reason));
      return undefined;
    });
  }

  /** A migration ends before it has begun: the guest goes on. */
  #fail(reason: string | undefined): void {
    if (reason !== undefined) this.#fault = reason;
    for (const state of this.#parts.rules.migrationFailure) this.#enter(state);
  }

  get #sendsEvents(): boolean {
    return this.capabilities.get('events') === true;
  }

  /** `migrate-incoming`. */
  listen(uri: string | undefined): void {
    const { incoming, rules, emit } = this.#parts;
    if (incoming === undefined) throw genericError("'-incoming' was not specified on the command line");
    if (this.#listening !== undefined || incoming !== 'defer') {
      throw genericError('The incoming migration has already been started');
    }
    // If the event is always sent, it is sent before the URI is looked at.
    if (rules.incomingSetupEvent) emit('MIGRATION', { status: 'setup' });
    if (uri !== undefined && !isMigrationUri(uri)) throw genericError(`unknown migration protocol: ${uri}`);
    this.#listening = uri ?? '';
    if (!rules.incomingSetupEvent && this.#sendsEvents) emit('MIGRATION', { status: 'setup' });
  }

  #enter(state: string): void {
    this.#state = state;
    if (this.#sendsEvents) this.#parts.emit('MIGRATION', { status: state });
  }
}

function socketAddress(uri: string): Record<string, string> | undefined {
  if (uri.startsWith('unix:')) return { path: uri.slice('unix:'.length), type: 'unix' };
  const [, host, port] = /^tcp:(.*):(\d+)/.exec(uri) ?? [];
  return host === undefined || port === undefined ? undefined : { type: 'inet', host, port };
}
