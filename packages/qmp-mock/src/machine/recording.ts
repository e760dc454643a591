import { QmpCommandError } from 'qmp-core/errors';
import type { QemuProfile } from '../engine/profile.ts';
import { recordedQueries, type RecordedReply } from './recorded-queries.ts';

/** The answers of an idle machine of the same version to the queries without arguments. */
export class Recording {
  readonly #profile: QemuProfile;
  readonly #machine: string;

  /** @param machine - Type of the machine. */
  constructor(profile: QemuProfile, machine: string) {
    this.#profile = profile;
    this.#machine = machine;
  }

  /** Whether there is a reply to the query. */
  has(query: string): boolean {
    return this.#find(query) !== undefined;
  }

  /** The recorded reply of a query; throws if it is a refusal. */
  reply(query: string): unknown {
    const reply = this.#find(query);
    if (reply === undefined) return undefined;
    if ('error' in reply) throw new QmpCommandError(reply.error.class, reply.error.desc);
    return reply.value;
  }

  /** The recorded value of a query, for commands that show a part of it. */
  value(query: string): unknown {
    const reply = this.#find(query);
    return reply !== undefined && 'value' in reply ? reply.value : undefined;
  }

  #find(query: string): RecordedReply | undefined {
    return recordedQueries(this.#profile).reply(this.#machine, query);
  }
}
