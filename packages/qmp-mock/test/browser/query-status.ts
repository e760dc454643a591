import { Dispatcher } from '../../src/machine/dispatcher.ts';
import { Machine } from '../../src/machine/machine.ts';
import { EventHub } from '../../src/engine/monitor/event-hub.ts';
import { MonitorSession } from '../../src/engine/monitor/session.ts';
import type { QemuProfile, VersionReader } from '../../src/engine/profile.ts';
import { checkArguments } from '../../src/engine/schema/check-arguments.ts';
import { schemaOf } from '../../src/engine/schema/schema.ts';

/** Negotiates with a machine of a version, asks for its status, and gives all that it sent. */
export function queryStatus(name: string, read: VersionReader): string {
  const { version } = JSON.parse(read('profile.json'));
  const profile: QemuProfile = { name, read, version, rules: JSON.parse(read('rules.json')) };
  const clock = { now: () => 0, after: () => () => undefined };
  const hub = new EventHub({ clock });
  const emit = (event: string, data?: Record<string, unknown>): void => hub.emit(event, data);
  const machine = new Machine(profile, { emit, exit: () => undefined, clock });
  const schema = schemaOf(profile);
  const host = new Dispatcher({
    machine,
    schema: {
      find: (command) => schema.commands.get(command),
      check: (command, args) => checkArguments(schema, command, args),
    },
  });
  let sent = '';
  const session = new MonitorSession({ profile, host, output: (data) => (sent += String(data)) });
  hub.add(session);
  session.open();
  session.receive(new TextEncoder().encode('{"execute":"qmp_capabilities"}{"execute": "query-status"}'));
  return sent;
}
