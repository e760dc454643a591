import { suggest } from 'qmp-core/internal';
import { QmpStateError } from 'qmp-core';

/** The output that one QEMU version can send. */
export interface OutputSchema {
  /** Name of the version, for messages. */
  readonly version: string;
  /** Names of its commands. */
  readonly commands: { has(name: string): boolean; keys(): Iterable<string> };
  /** Names of its events. */
  readonly events: { has(name: string): boolean; keys(): Iterable<string> };
  /** Says why this version never returns the value, with the path; `undefined` if it may. */
  checkReturn(command: string, value: unknown): string | undefined;
  /** Says why this version never sends the event, with the path; `undefined` if it may. */
  checkEvent(event: string, data: unknown): string | undefined;
}

/**
 * Compares a test's script with the output that QEMU could send. A name that the mock's own version doesn't
 * have passes: it may be a vendor's command or a newer one. A known name must have QEMU's shape. Versions in
 * `compat` must have the name, too.
 */
export class OutputRules {
  readonly #own: OutputSchema;
  readonly #compat: readonly OutputSchema[];
  readonly #off: boolean;

  constructor(
    own: OutputSchema,
    options: { compat?: readonly OutputSchema[]; off?: boolean | undefined } = {},
  ) {
    this.#own = own;
    this.#compat = (options.compat ?? []).filter((schema) => schema.version !== own.version);
    this.#off = options.off ?? false;
  }

  /** Says in a sentence why this can't be a reply to the command; `undefined` if it can. */
  faultOfReturn(command: string, value: unknown): string | undefined {
    return this.#fault('command', command, (schema) => schema.checkReturn(command, value));
  }

  /** Says in a sentence why there can't be such an event; `undefined` if there can. */
  faultOfEvent(event: string, data: unknown): string | undefined {
    return this.#fault('event', event, (schema) => schema.checkEvent(event, data));
  }

  /** Throws `QmpStateError` if QEMU never gives this reply. */
  assertReturn(command: string, value: unknown): void {
    const fault = this.faultOfReturn(command, value);
    if (fault !== undefined) throw neverSent(`The reply scripted for '${command}'`, fault);
  }

  /** Throws `QmpStateError` if QEMU never sends this event. */
  assertEvent(event: string, data: unknown): void {
    const fault = this.faultOfEvent(event, data);
    if (fault !== undefined) throw neverSent(`The event '${event}'`, fault);
  }

  /** Throws `QmpStateError` if a version that the script has to suit doesn't have the command. */
  assertCommand(command: string): void {
    const fault = this.#fault('command', command, () => undefined);
    if (fault !== undefined) throw neverSent(`The command '${command}'`, fault);
  }

  #fault(
    kind: 'command' | 'event',
    name: string,
    check: (schema: OutputSchema) => string | undefined,
  ): string | undefined {
    if (this.#off) return undefined;
    const names = (schema: OutputSchema): OutputSchema['commands'] =>
      kind === 'command' ? schema.commands : schema.events;
    if (names(this.#own).has(name)) {
      const fault = check(this.#own);
      if (fault !== undefined) return `QEMU ${this.#own.version}: ${fault}`;
    }
    for (const schema of this.#compat) {
      const known = names(schema);
      if (!known.has(name)) {
        const [near] = suggest(name, known.keys(), 1);
        return `QEMU ${schema.version} has no such ${kind}${near === undefined ? '' : `; did you mean '${near}'?`}`;
      }
      const fault = check(schema);
      if (fault !== undefined) return `QEMU ${schema.version}: ${fault}`;
    }
    return undefined;
  }
}

function neverSent(what: string, fault: string): QmpStateError {
  return new QmpStateError(
    `${what} is one that QEMU never sends. ${fault}. To send it all the same, give { unchecked: true }.`,
  );
}
