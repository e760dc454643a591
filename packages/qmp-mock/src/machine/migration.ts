import { QDict, type QValue } from '../engine/json/value.ts';
import type { CommandCall } from '../engine/monitor/command-host.ts';
import { genericError } from './command.ts';
import { recordedValue } from './commands/recorded.ts';
import { DescriptorTable } from './descriptor-table.ts';
import type { Machine } from './machine.ts';
import { addressFault, type AddressContext } from './migration-address.ts';

/** What QEMU says of a parameter out of range; a bound that is a name stands for that parameter. */
type Range =
  | { readonly kind: 'integer'; readonly min: number; readonly max: number; readonly text: string }
  | { readonly kind: 'value'; readonly min: number; readonly max: number; readonly text: string }
  | {
      readonly kind: 'other';
      readonly ok: (value: number, migration: Migration) => boolean;
      readonly text: string;
    };

const integer = (min: number, max: number, text = `${min} to ${max}`): Range => ({
  kind: 'integer',
  min,
  max,
  text: `expects an integer in the range of ${text}`,
});
const value = (min: number, max: number): Range => ({
  kind: 'value',
  min,
  max,
  text: `expects a value between ${min} and ${max}`,
});

/** Longest downtime that may be asked for, in ms. */
const MAX_DOWNTIME = 2_000_000;
const PAGE = 4096;

/** Ranges of the parameters, in the order in which QEMU looks at them (`migrate_params_check`). */
const RANGES: ReadonlyMap<string, Range> = new Map<string, Range>([
  ['compress-level', value(0, 9)],
  ['compress-threads', value(1, 255)],
  ['decompress-threads', value(1, 255)],
  ['throttle-trigger-threshold', integer(1, 100)],
  ['cpu-throttle-initial', integer(1, 99)],
  ['cpu-throttle-increment', integer(1, 99)],
  ['downtime-limit', integer(0, MAX_DOWNTIME, '0 to (2000 * 1000) ms')],
  ['multifd-channels', value(1, 255)],
  ['multifd-zlib-level', value(0, 9)],
  ['multifd-qatzip-level', value(1, 9)],
  ['multifd-zstd-level', value(0, 20)],
  [
    'xbzrle-cache-size',
    {
      kind: 'other',
      ok: (size) => size >= PAGE && Number.isInteger(Math.log2(size)),
      text: 'expects a power of two no less than the target page size',
    },
  ],
  [
    'max-cpu-throttle',
    {
      kind: 'other',
      ok: (limit, { parameters }) => limit >= Number(parameters.get('cpu-throttle-initial')) && limit <= 99,
      text: 'expects an integer in the range of cpu_throttle_initial to 99',
    },
  ],
  ['announce-initial', value(0, 100_000)],
  ['announce-max', value(0, 100_000)],
  ['announce-rounds', value(0, 1000)],
  ['announce-step', value(1, 10_000)],
  ['x-vcpu-dirty-limit-period', value(1, 1000)],
  ['vcpu-dirty-limit', { kind: 'other', ok: (limit) => limit >= 1, text: 'must be greater than 1 MB/s' }],
]);

/** Parameters whose range is printed with another lower bound than the one that is enforced. */
const PRINTED: Readonly<Record<string, string>> = { 'announce-step': 'expects a value between 0 and 10000' };

/** What a machine knows of its migration. */
export class Migration {
  /** Capabilities by name, in QEMU's order. */
  readonly capabilities: Map<string, boolean>;
  /** Parameters by name. */
  readonly parameters: QDict;
  readonly #machine: Machine;
  #state = 'none';
  /** Why it failed, if it did and QEMU says why. */
  #fault: string | undefined;
  #listening: string | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
    const capabilities = recordedValue(machine, 'query-migrate-capabilities') as QDict[] | undefined;
    this.capabilities = new Map(
      capabilities?.map((item) => [item.get('capability') as string, item.get('state') === true]),
    );
    this.parameters = new QDict(recordedValue(machine, 'query-migrate-parameters') as QDict | undefined);
    this.#listening = machine.options.incoming === 'defer' ? undefined : machine.options.incoming;
  }

  /** `none`, `setup`, `active`, `completed`, … */
  get state(): string {
    return this.#state;
  }

  /** As `query-migrate` gives it. */
  status(): Record<string, unknown> {
    const { rules } = this.#machine;
    if (this.#listening !== undefined) {
      const address = socketAddress(this.#listening);
      return {
        ...(rules.incomingStatus && { status: 'setup' }),
        ...(address !== undefined && { 'socket-address': [address] }),
      };
    }
    if (this.#state === 'none') return {};
    return { status: this.#state, ...(this.#fault !== undefined && { 'error-desc': this.#fault }) };
  }

  /** `migrate-set-parameters`: all or nothing. */
  setParameters(args: QDict): void {
    for (const [name, range] of RANGES) {
      const given = args.get(name);
      if (given !== undefined && !this.#fits(given, range)) throw genericError(this.#refusal(name, range));
    }
    for (const [name, given] of args) this.parameters.set(name, setting(given));
  }

  /**
   * `migrate`: away, at once, where the destination can be opened. What it would do is not part of it.
   *
   * @param destination - The URI, or `undefined` where channels were given instead.
   */
  leave(call: CommandCall, destination: string | undefined): void {
    const { rules, power } = this.#machine;
    const fault = destination === undefined ? undefined : addressFault(destination, this.#addressContext());
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
    const { rules, power, host } = this.#machine;
    for (const step of rules.migrationCourse) {
      if (step === 'stop') power.halt('finish-migrate');
      else if (typeof step === 'string') this.#enter(step);
      else if (this.#sendsEvents) host.emit('MIGRATION_PASS', { pass: step });
    }
    power.enter('postmigrate');
  }

  #addressContext(): AddressContext {
    const { rules, host } = this.#machine;
    return {
      rules,
      hasDescriptor: (name) => this.#machine.store(DescriptorTable).hasNamed(name),
      whyNotWritable: (path) => host.whyNotWritable?.(path),
    };
  }

  get #sendsEvents(): boolean {
    return this.capabilities.get('events') === true;
  }

  /** `migrate-incoming`. */
  listen(uri: string | undefined): void {
    const { options, rules, host } = this.#machine;
    if (options.incoming === undefined) {
      throw genericError("'-incoming' was not specified on the command line");
    }
    if (this.#listening !== undefined || options.incoming !== 'defer') {
      throw genericError('The incoming migration has already been started');
    }
    // Where the event is always sent, it is sent before the URI is looked at.
    if (rules.incomingSetupEvent) host.emit('MIGRATION', { status: 'setup' });
    if (uri !== undefined && !isMigrationUri(uri)) throw genericError(`unknown migration protocol: ${uri}`);
    this.#listening = uri ?? '';
    if (!rules.incomingSetupEvent && this.#sendsEvents) {
      host.emit('MIGRATION', { status: 'setup' });
    }
  }

  #enter(state: string): void {
    this.#state = state;
    if (this.#sendsEvents) this.#machine.host.emit('MIGRATION', { status: state });
  }

  #fits(given: QValue, range: Range): boolean {
    const number = Number(given);
    if (range.kind === 'other') return range.ok(number, this);
    return number >= range.min && number <= range.max;
  }

  #refusal(name: string, range: Range): string {
    const text = PRINTED[name] ?? range.text;
    if (this.#machine.rules.migrationParameter === 'option') return `Option ${name} ${text}`;
    return `Parameter '${name.startsWith('x-') ? name : name.replaceAll('-', '_')}' ${text}`;
  }
}

const PROTOCOLS = /^(tcp|unix|exec|fd|file|rdma|vsock|defer)(:|$)/;

/** Whether a URI names a kind of transport that QEMU has. */
export function isMigrationUri(uri: string): boolean {
  return PROTOCOLS.test(uri);
}

const WRAP = 2n ** 64n;

/** Numbers below zero are taken for unsigned ones; null clears a text. */
function setting(given: QValue): QValue {
  if (given === null) return '';
  if (typeof given === 'number' && given < 0) return BigInt(given) + WRAP;
  if (typeof given === 'bigint' && given < 0n) return given + WRAP;
  return given;
}

function socketAddress(uri: string): Record<string, string> | undefined {
  if (uri.startsWith('unix:')) return { path: uri.slice('unix:'.length), type: 'unix' };
  const [, host, port] = /^tcp:(.*):(\d+)/.exec(uri) ?? [];
  return host === undefined || port === undefined ? undefined : { type: 'inet', host, port };
}
