import { complete, givenCounts, LEVELS } from '../../machine/cpu/topology.ts';
import type { MachineActions, MachineOptions } from '../../machine/machine-options.ts';
import type { MachineRules } from '../../machine/machine-rules.ts';
import { isMigrationUri } from '../../machine/migration/migration-uri.ts';
import { ACTION, ACTIONS, ANYTHING, COMPAT, MEMORY, NAME } from './option-groups.ts';
import { parseKeyval } from './keyval.ts';
import { parseQemuOpts, parseSize } from './qemu-opts.ts';
import type { ReadingContext } from './reading-context.ts';
import { StartError } from './start-error.ts';

const MIB = 1024 ** 2;

/** Reads the options that say how the machine is started. */
export class MachineReader {
  /** Everything that was said of the machine so far. */
  readonly options: MachineOptions = {};
  /** Numbers of CPUs and of the parts of their topology, as far as they were given. */
  readonly #counts = new Map<string, number>();
  readonly #rules: MachineRules;
  readonly #context: ReadingContext;

  constructor(rules: MachineRules, context: ReadingContext) {
    this.#rules = rules;
    this.#context = context;
  }

  /** Takes an option, and says whether it is one of these. Throws a `StartError` with QEMU's text. */
  take(name: string, argument: string): boolean {
    switch (name) {
      case 'S':
        this.options.paused = true;
        break;
      case 'preconfig':
        this.options.preconfig = true;
        break;
      case 'incoming':
        this.#takeIncoming(argument);
        break;
      case 'name':
        this.#takeName(argument);
        break;
      case 'uuid':
        this.#takeUuid(argument);
        break;
      case 'machine':
      case 'M':
        this.#takeMachine(argument);
        break;
      case 'm':
        this.#takeMemory(argument);
        break;
      case 'smp':
        this.#takeCpus(argument);
        break;
      case 'no-reboot':
        this.options.action = { ...this.options.action, reboot: 'shutdown' };
        break;
      case 'no-shutdown':
        this.options.action = { ...this.options.action, shutdown: 'pause' };
        break;
      case 'action':
        for (const [key, value] of this.#context.parse(argument, ACTION).entries())
          this.#setAction(key, value);
        break;
      case 'watchdog-action':
        this.#setAction('watchdog', argument);
        break;
      case 'compat':
        this.#takeCompat(argument);
        break;
      default:
        return false;
    }
    return true;
  }

  #takeIncoming(argument: string): void {
    // JSON names a channel, of which nothing is looked at.
    if (argument === '' && this.#rules.incomingChannels) {
      throw new StartError("Parameter 'channel-type' is missing");
    }
    if (!argument.startsWith('{') && !isMigrationUri(argument)) {
      throw new StartError(
        argument.includes(':') || !this.#rules.incomingChannels
          ? `unknown migration protocol: ${argument}`
          : `Parameter 'channel-type' does not accept value '${argument}'`,
      );
    }
    this.options.incoming = argument;
  }

  #takeName(argument: string): void {
    const guest = this.#context.parse(argument, NAME).get('guest');
    if (guest !== undefined && guest !== '') this.options.name = guest;
  }

  #takeUuid(argument: string): void {
    if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(argument)) {
      throw new StartError('failed to parse UUID string: wrong format');
    }
    this.options.uuid = argument.toLowerCase();
  }

  #takeMachine(argument: string): void {
    // It's of the newer form, which has no switches without a value.
    parseKeyval(argument, 'type');
    const opts = parseQemuOpts(argument, { ...ANYTHING, implied: 'type' });
    const type = opts.get('type');
    if (type !== undefined) this.options.type = type;
    this.#countCpus('machine', argument);
    this.#setMemory(opts.get('memory.size'), opts.get('memory.max-size'), opts.get('memory.slots'));
    const backend = opts.get('memory-backend');
    if (backend !== undefined) this.options.memoryBackend = backend;
  }

  #setMemory(size: string | undefined, most: string | undefined, slots: string | undefined): void {
    const bytes = size === undefined ? undefined : parseSize(size, 'M');
    if (bytes !== undefined && bytes > 0) this.options.memory = bytes / MIB;
    const room = most === undefined ? undefined : parseSize(most);
    if (room !== undefined) this.options.maxMemory = room / MIB;
    if (slots !== undefined && /^\d+$/.test(slots)) this.options.memorySlots = Number(slots);
  }

  #countCpus(name: string, argument: string): void {
    for (const [key, count] of givenCounts([{ name, argument }])) this.#counts.set(key, count);
    if (this.#counts.size > 0) this.options.cpus = complete(this.#counts, LEVELS).get('cpus');
  }

  #takeMemory(argument: string): void {
    const opts = this.#context.parse(argument, MEMORY);
    this.#setMemory(opts.get('size'), opts.get('maxmem'), opts.get('slots'));
  }

  #takeCpus(argument: string): void {
    parseQemuOpts(argument, { ...ANYTHING, implied: 'cpus' });
    this.#countCpus('smp', argument);
  }

  #setAction(name: string, value: string): void {
    const choice: readonly string[] = ACTIONS[name as keyof MachineActions];
    if (!choice.includes(value)) {
      throw new StartError(`Parameter '${name}' does not accept value '${value}'`);
    }
    this.options.action = { ...this.options.action, [name]: value };
  }

  #takeCompat(argument: string): void {
    for (const pair of argument.split(',')) {
      const at = pair.indexOf('=');
      if (at < 0) throw new StartError(`Expected '=' after parameter '${pair}'`);
      const name = pair.slice(0, at);
      const value = pair.slice(at + 1);
      const member = Object.hasOwn(COMPAT, name) ? COMPAT[name] : undefined;
      if (member === undefined) throw new StartError(`Parameter '${name}' is unexpected`);
      if (!member[1].includes(value)) {
        throw new StartError(`Parameter '${name}' does not accept value '${value}'`);
      }
      this.options.compat = { ...this.options.compat, [member[0]]: value };
    }
  }
}
