import { PrintOnce } from '../../engine/json/printer.ts';
import { QDict } from '../../engine/json/value.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { schemaOf, type Schema } from '../../engine/schema/schema.ts';
import { commandTable, genericError, textOf, type CommandTable } from '../command.ts';
import { hmpTable, type HmpTable } from '../hmp/command.ts';
import type { MachineOptions } from '../machine-options.ts';
import type { Recording } from '../recording.ts';
import type { Subsystem } from '../subsystem.ts';

const schemaReplies = new WeakMap<Schema, PrintOnce>();

/** The reply to `query-qmp-schema`: large and always the same, so printed once for each version. */
function schemaReply(profile: QemuProfile): PrintOnce {
  const schema = schemaOf(profile);
  let reply = schemaReplies.get(schema);
  if (reply === undefined) {
    reply = new PrintOnce(JSON.parse(schema.queryQmpSchemaText()));
    schemaReplies.set(schema, reply);
  }
  return reply;
}

/** Parts of the machine that {@link Identity} needs. */
export interface IdentityParts {
  readonly profile: QemuProfile;
  readonly options: Pick<MachineOptions, 'name' | 'uuid'>;
  readonly recording: Recording;
}

/**
 * Queries for the machine's name and the monitor's abilities (`qapi/control.json`, `qapi/introspect.json`).
 * Members of a reply stand in the order of the schema: if two share a place in QEMU's hash table, that
 * decides which is printed first.
 */
export class Identity implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: IdentityParts;

  constructor(parts: IdentityParts) {
    this.#parts = parts;
    const { profile, options, recording } = parts;
    this.commands = commandTable({
      'query-name': () => (options.name === undefined ? {} : { name: options.name }),
      'query-uuid': () => ({ UUID: this.#uuid }),
      'query-version': () => {
        const { qemu, package: name } = profile.version;
        return { qemu: { major: qemu.major, minor: qemu.minor, micro: qemu.micro }, package: name };
      },
      'query-commands': () =>
        schemaOf(profile)
          .commandNames()
          .map((name) => ({ name })),
      'query-qmp-schema': () => schemaReply(profile),
      'query-command-line-options': (args) => {
        const all = recording.value('query-command-line-options') as QDict[];
        const option = args.get('option');
        if (option === undefined) return all;
        if (option === '') return [{ option: '', parameters: [] }];
        const found = all.find((entry) => entry.get('option') === option);
        if (found === undefined) throw genericError(`invalid option name: ${textOf(args, 'option')}`);
        return [found];
      },
    });
  }

  infoTopics(): HmpTable {
    const { profile, options } = this.#parts;
    return hmpTable({
      version: () => {
        const { qemu, package: name } = profile.version;
        return [`${qemu.major}.${qemu.minor}.${qemu.micro}${name}`];
      },
      name: () => (options.name === undefined ? [] : [options.name]),
      uuid: () => [this.#uuid],
    });
  }

  /** All zeros if the machine was given none. */
  get #uuid(): string {
    return this.#parts.options.uuid ?? '00000000-0000-0000-0000-000000000000';
  }
}
