import { suggest } from 'qmp-core/internal';
import { QmpStateError } from 'qmp-core';

/** What one QEMU version can send. */
export interface OutputSchema {
  /** Name of the version, for messages. */
  readonly version: string;
  /** Names of its commands. */
  readonly commands: { has(name: string): boolean; keys(): Iterable<string> };
  /** Names of its events. */
  readonly events: { has(name: string): boolean; keys(): Iterable<string> };
  /** Why this version never returns that, with the path; or `undefined` where it may. */
  checkReturn(command: string, value: unknown): string | undefined;
  /** Why this version never sends that, with the path; or `undefined` where it may. */
  checkEvent(event: string, data: unknown): string | undefined;
}

/**
 * Holds what a test scripts against what QEMU could send. A name that the mock's own version does not have passes (a
 * vendor's command, a newer one); a name that it has must have the shape that QEMU gives it. Versions that were
 * asked for by `compat` must have the name, too.
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

  /** Why that is no reply to this command, in a sentence; `undefined` where it is one. */
  faultOfReturn(command: string, value: unknown): string | undefined {
    return this.#fault('command', command, (schema) => schema.checkReturn(command, value));
  }

  /** Why there is no such event, in a sentence; `undefined` where there is. */
  faultOfEvent(event: string, data: unknown): string | undefined {
    return this.#fault('event', event, (schema) => schema.checkEvent(event, data));
  }

  /** Throws `QmpStateError` where a reply is one that QEMU never gives. */
  assertReturn(command: string, value: unknown): void {
    const fault = this.faultOfReturn(command, value);
    if (fault !== undefined) throw neverSent(`The reply scripted for '${command}'`, fault);
  }

  /** Throws `QmpStateError` where an event is one that QEMU never sends. */
  assertEvent(event: string, data: unknown): void {
    const fault = this.faultOfEvent(event, data);
    if (fault !== undefined) throw neverSent(`The event '${event}'`, fault);
  }

  /** Throws `QmpStateError` where a version that the script has to suit does not have the command. */
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
    `${what} is one that QEMU never sends. ${fault}. To send it all the same, say { unchecked: true }.`,
  );
}
