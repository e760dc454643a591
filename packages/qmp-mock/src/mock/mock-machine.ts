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
import type { Schema } from '../engine/schema/schema.ts';

/** What a {@link MockMachine} is made from. */
export interface MockMachineOptions {
  readonly profile: QemuProfile;
  readonly schema: Schema;
  readonly clock: Clock;
  readonly script: ScriptLayer;
  readonly options: MachineOptions | undefined;
  /** The chardevs and monitors through which it is reached, as its own queries show them. */
  readonly reach: Pick<MachineHost, 'chardevs' | 'monitors'>;
  /** What `qmp_capabilities` is to be refused with, if it is. */
  readonly refusal: () => string | undefined;
  /** The machine has ended, with this exit status. */
  readonly onExit: (code: number) => void;
}

/** The machine behind a mock's monitors, with its events; it can be started anew under the same monitors. */
export class MockMachine implements CommandHost {
  readonly #options: MockMachineOptions;
  readonly #hub: EventHub;
  /** When the event that is being sent happened, in µs, where the test says so. */
  #eventTime: number | undefined;
  #machine!: Machine;
  #dispatcher!: Dispatcher;
  #exitCode: number | undefined;

  constructor(options: MockMachineOptions) {
    this.#options = options;
    const { clock } = options;
    this.#hub = new EventHub({
      clock: {
        now: () => this.#eventTime ?? clock.now(),
        after: (ms, action) => clock.after(ms, action),
      },
    });
    this.restart();
  }

  get machine(): Machine {
    return this.#machine;
  }

  /** Exit status, once it has ended. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** A fresh machine, as it was at first. */
  restart(): void {
    const { profile, schema, clock, script, options, reach, onExit } = this.#options;
    this.#hub.clear();
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
        ...reach,
      },
      options,
    );
    this.#machine = machine;
    this.#dispatcher = new Dispatcher({
      script,
      machine,
      schema: {
        find: (name) => schema.commands.get(name),
        check: (name, args) => checkArguments(schema, name, args, machine.options.compat),
      },
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
    const { schema } = this.#options;
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
  }

  /** Whether the machine answers the command. */
  models(name: string): boolean {
    return this.#machine.command(name) !== undefined;
  }

  /** What the machine itself answers, whatever is scripted. */
  runOnMachine(call: CommandCall): unknown {
    return this.#machine.command(call.name)?.(call.args, call) ?? {};
  }

  find(name: string): CommandTraits | undefined {
    return this.#dispatcher.find(name);
  }

  forbid(name: string): { class: string; desc: string } | undefined {
    return this.#dispatcher.forbid(name);
  }

  check(name: string, args: QDict): string | undefined {
    const refusal = this.#dispatcher.check(name, args);
    return refusal === undefined && name === 'qmp_capabilities' ? this.#options.refusal() : refusal;
  }

  run(call: CommandCall): CommandResult {
    return this.#dispatcher.run(call);
  }
}
