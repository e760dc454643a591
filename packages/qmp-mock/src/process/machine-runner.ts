import type { Clock } from '../engine/clock.ts';
import type { QDict } from '../engine/json/value.ts';
import { Dispatcher, type ScriptLayer } from '../machine/dispatcher.ts';
import { Machine } from '../machine/machine.ts';
import type { MachineHost } from '../machine/machine-host.ts';
import type { MachineOptions } from '../machine/machine-options.ts';
import type {
  CommandCall,
  CommandHost,
  CommandResult,
  CommandTraits,
} from '../engine/monitor/command-host.ts';
import { EventHub, type EventReceiver } from '../engine/monitor/event-hub.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { checkArguments } from '../engine/schema/check-arguments.ts';
import { schemaOf, type Schema } from '../engine/schema/schema.ts';

/** Parts of a {@link MachineRunner}. */
export interface MachineRunnerOptions {
  readonly profile: QemuProfile;
  readonly clock: Clock;
  /** Answers that come before the machine's own. */
  readonly script?: ScriptLayer | undefined;
  /** How the machine is started. */
  readonly options: MachineOptions;
  /** Everything that the machine asks of the process around it, beside its events, its end and the time. */
  readonly host: Omit<MachineHost, 'emit' | 'exit' | 'clock'>;
  /** Refuses `qmp_capabilities` with the words that it gives, if any. */
  readonly refuseNegotiation?: (() => string | undefined) | undefined;
  /** Told of each answer that the machine does not model, and of the command that asked. */
  readonly onNotModelled?: ((what: string, command: string) => void) | undefined;
  /** Called when the machine has ended, with its exit status. */
  readonly onExit: (code: number) => void;
}

/**
 * The machine behind the monitors, with its events and what answers for it; it can be started anew under the
 * same monitors.
 */
export class MachineRunner implements CommandHost {
  readonly #options: MachineRunnerOptions;
  readonly #hub: EventHub;
  /** When the event that is being sent happened, in µs, if the test says so. */
  #eventTime: number | undefined;
  #machine: Machine | undefined;
  #dispatcher!: Dispatcher;
  #exitCode: number | undefined;
  #schema: Schema | undefined;

  constructor(options: MachineRunnerOptions) {
    this.#options = options;
    const { clock } = options;
    this.#hub = new EventHub({
      clock: {
        now: () => this.#eventTime ?? clock.now(),
        after: (ms, action, waiting) => clock.after(ms, action, waiting),
      },
    });
    this.restart();
  }

  get machine(): Machine {
    return this.#machine!;
  }

  /**
   * The version's schema. It is large, so it is read when it's first needed: a program that only starts and
   * ends a QEMU never does.
   */
  get schema(): Schema {
    return (this.#schema ??= schemaOf(this.#options.profile));
  }

  /** Exit status, once it has ended. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** A fresh machine, as it was at first. */
  restart(): void {
    const { profile, clock, script, options, host, onExit } = this.#options;
    this.stop();
    this.#exitCode = undefined;
    const machine = new Machine(
      profile,
      {
        emit: (event, data) => this.#hub.emit(event, data),
        exit: (code) => {
          if (this.#machine !== machine || this.#exitCode !== undefined) return;
          this.#exitCode = code;
          onExit(code);
        },
        clock,
        ...host,
      },
      options,
    );
    this.#machine = machine;
    this.#dispatcher = new Dispatcher({
      script,
      machine,
      schema: {
        find: (name) => this.schema.commands.get(name),
        check: (name, args) => checkArguments(this.schema, name, args, machine.options.compat),
      },
      onNotModelled: ({ name }, { what }) => this.#options.onNotModelled?.(what, name),
    });
  }

  /** Sends an event to every negotiated client. */
  emit(event: string, data?: unknown, options: { timestamp?: Date | number | undefined } = {}): void {
    const { timestamp } = options;
    if (timestamp !== undefined) this.#eventTime = Number(timestamp) * 1000;
    try {
      this.#hub.emit(event, this.#saysNothing(event, data) ? undefined : data);
    } finally {
      this.#eventTime = undefined;
    }
  }

  /** QEMU leaves `data` out for an event that has none: `{}` is how a test may write that. */
  #saysNothing(event: string, data: unknown): boolean {
    if (typeof data !== 'object' || data === null || Object.keys(data).length > 0) return false;
    const { schema } = this;
    const info = schema.events.get(event);
    return info !== undefined && schema.objectType(info.argType).members.length === 0;
  }

  add(receiver: EventReceiver): void {
    this.#hub.add(receiver);
  }

  delete(receiver: EventReceiver): void {
    this.#hub.delete(receiver);
  }

  /** No delayed event comes any more. */
  stop(): void {
    this.#hub.clear();
    this.#machine?.stop();
  }

  /**
   * Gives the machine's own answer, regardless of the script. Throws a `NotModelledError` if it doesn't model
   * the command.
   */
  runOnMachine(call: CommandCall): unknown {
    return this.#dispatcher.runOnMachine(call);
  }

  find(name: string): CommandTraits | undefined {
    return this.#dispatcher.find(name);
  }

  forbid(name: string): { class: string; desc: string } | undefined {
    return this.#dispatcher.forbid(name);
  }

  check(name: string, args: QDict): string | undefined {
    const refusal = this.#dispatcher.check(name, args);
    return refusal === undefined && name === 'qmp_capabilities'
      ? this.#options.refuseNegotiation?.()
      : refusal;
  }

  run(call: CommandCall): CommandResult {
    return this.#dispatcher.run(call);
  }
}
