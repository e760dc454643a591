import { QDict } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { genericError } from '../command.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Recording } from '../recording.ts';
import type { Power } from '../run-state/power.ts';
import { addressFault, type AddressContext } from './migration-address.ts';
import { isMigrationUri } from './migration-uri.ts';
import { MigrationParameters } from './parameters.ts';

/** What a {@link Migration} needs of its machine. */
export interface MigrationParts extends Pick<AddressContext, 'hasDescriptor' | 'whyNotWritable'> {
  readonly rules: MachineRules;
  readonly power: Power;
  readonly recording: Recording;
  /** `-incoming`, if it was given. */
  readonly incoming: string | undefined;
  readonly emit: (event: string, data?: Record<string, unknown>) => void;
}

/** The machine's migration: capabilities, parameters, state. */
export class Migration {
  readonly #parts: MigrationParts;
  #capabilities: Map<string, boolean> | undefined;
  #parameters: MigrationParameters | undefined;
  #state = 'none';
  /** Why it failed, if it did and QEMU says why. */
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

  /** As `query-migrate` gives it. */
  status(): Record<string, unknown> {
    if (this.#listening !== undefined) {
      const address = socketAddress(this.#listening);
      return {
        ...(this.#parts.rules.incomingStatus && { status: 'setup' }),
        ...(address !== undefined && { 'socket-address': [address] }),
      };
    }
    if (this.#state === 'none') return {};
    return { status: this.#state, ...(this.#fault !== undefined && { 'error-desc': this.#fault }) };
  }

  /**
   * `migrate`: away, at once, if the destination can be opened. What it would do is not part of it.
   *
   * @param destination - The URI, or `undefined` if channels were given instead.
   */
  leave(call: CommandCall, destination: string | undefined): void {
    const { rules, power } = this.#parts;
    const fault = destination === undefined ? undefined : addressFault(destination, this.#parts);
    if (fault !== undefined && fault.kind !== 'opening' && rules.migrationAddress.first) {
      throw genericError(fault.text);
    }
    if (power.state === 'inmigrate') throw genericError('Guest is waiting for an incoming migration');
    if (power.state === 'postmigrate') {
      throw genericError("Can't migrate the vm that was paused due to previous migration");
    }
    this.#fault = undefined;
    this.#enter('setup');
    if (fault !== undefined) {
      if (fault.kind !== 'protocol') this.#fault = fault.text;
      for (const state of rules.migrationFailure) this.#enter(state);
      throw genericError(fault.text);
    }
    call.afterReply(() => this.#run());
  }

  /** The course of a migration that succeeds. */
  #run(): void {
    const { rules, power, emit } = this.#parts;
    for (const step of rules.migrationCourse) {
      if (step === 'stop') power.halt('finish-migrate');
      else if (typeof step === 'string') this.#enter(step);
      else if (this.#sendsEvents) emit('MIGRATION_PASS', { pass: step });
    }
    power.enter('postmigrate');
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
