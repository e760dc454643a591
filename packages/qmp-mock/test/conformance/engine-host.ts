import { readFileSync } from 'node:fs';
import { QmpCommandError } from 'qmp-core';
import { fromPrinted } from '../../src/engine/json/plain.ts';
import type { CommandHost } from '../../src/engine/monitor/command-host.ts';
import { MonitorSession } from '../../src/engine/monitor/session.ts';
import type { MonitorSessionOptions } from '../../src/engine/monitor/session-options.ts';
import { loadProfile, loadSchema } from '../../src/version/load-profile.ts';
import { checkArguments } from '../../src/engine/schema/check-arguments.ts';

type Reply = { return: unknown } | { error: { class: string; desc: string } };

/** Answers to the few commands of the engine table on an idle machine, by version. */
const recorded = JSON.parse(readFileSync(new URL('commands.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, Reply>
>;

/** The schema of a version, with recorded answers for a machine. */
export function engineHost(version: string): CommandHost {
  const schema = loadSchema(version);
  const replies = new Map(Object.entries(recorded[version] ?? {}));
  return {
    find: (name) => schema.commands.get(name),
    check: (name, args) => checkArguments(schema, name, args),
    run({ name }) {
      const reply = replies.get(name);
      if (reply === undefined) throw new Error(`commands.json has no answer to ${name}`);
      if ('error' in reply) throw new QmpCommandError(reply.error.class, reply.error.desc);
      return fromPrinted(reply.return);
    },
  };
}

/** A session with the engine host, and what it has said. */
export class RecordedSession {
  readonly session: MonitorSession;
  output = '';
  closed = false;

  constructor(version: string, options: Partial<MonitorSessionOptions> = {}) {
    this.session = new MonitorSession({
      profile: loadProfile(version),
      host: engineHost(version),
      output: (data) => {
        this.output += typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
      },
      close: () => {
        this.closed = true;
      },
      ...options,
    });
    this.session.open();
  }

  /** Takes the output since the last call. */
  take(): string {
    const { output } = this;
    this.output = '';
    return output;
  }
}
