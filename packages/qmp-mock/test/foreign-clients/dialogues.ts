import { once } from 'node:events';
import { setTimeout as after, clearTimeout } from 'node:timers';
import { QMPClient } from 'node-qemu';
import QemuQmp from 'qemu-qmp';

/** Result of a client's dialogue: a line for each step, in order. */
export type Outcome = string[];

/** Longest that one step may take before it counts as hanging. */
const PATIENCE = 1500;

/** A step's outcome in words: its value, its error, or that it never came. */
async function outcome(step: string, promise: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const hanging = new Promise<string>((resolve) => {
    timer = after(() => resolve('never settles'), PATIENCE);
  });
  const settled = promise.then(
    (value) => `gives ${JSON.stringify(fold(value))}`,
    (error: Error) => `fails: ${error.message}`,
  );
  const text = await Promise.race([settled, hanging]);
  clearTimeout(timer);
  return `${step} ${text}`;
}

/** Folds what differs from build to build. */
function fold(value: unknown): unknown {
  if (Array.isArray(value)) return `${value.length} items`;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === 'package' || key === 'micro' ? '…' : typeof member === 'object' ? fold(member) : member,
    ]),
  );
}

/**
 * The npm package `node-qemu`: typed methods, one command at a time, an out-of-band syntax that QEMU dropped
 * long ago.
 */
export async function nodeQemu(path: string): Promise<Outcome> {
  const client = new QMPClient({ socketPath: path, oob: true });
  const events: string[] = [];
  client.on('rawEvent', (event: { event: string }) => events.push(event.event));
  client.on('error', () => {});
  const steps = [
    await outcome('connect', client.connect()),
    await outcome('query-status', client.execute('query-status')),
    await outcome('query-version', client.execute('query-version')),
    await outcome('cont', client.execute('cont')),
    await outcome('query-status', client.execute('query-status')),
    await outcome('stop', client.execute('stop')),
    await outcome('nosuch', client.execute('nosuch')),
    await outcome('eject without a device', client.execute('eject')),
    await outcome('set-action', client.execute('set-action', { reboot: 'zzz' })),
    await outcome(
      'human-monitor-command',
      client.execute('human-monitor-command', { 'command-line': 'info status' }),
    ),
    await outcome('query-commands', client.execute('query-commands')),
    await outcome('query-qmp-schema', client.execute('query-qmp-schema')),
    // Its out-of-band form is QEMU 2.12's: a faithful server refuses it, and the refusal answers nobody.
    await outcome('out of band', client.executeOob('query-yank')),
  ];
  await client.close();
  return [...steps, `events ${events.join(' ')}`];
}

/** The npm package `qemu-qmp`: no ids, replies taken in order, an empty string taken for no reply. */
export async function qemuQmp(path: string): Promise<Outcome> {
  const client = new QemuQmp();
  const events: string[] = [];
  for (const name of ['stop', 'resume', 'powerdown', 'shutdown'])
    client.on(name, (event: string) => events.push(event));
  const execute = (command: string, args?: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, value: unknown): void =>
        error === null ? resolve(value) : reject(error);
      if (args === undefined) client.execute(command, done);
      else client.execute(command, args, done);
    });
  const steps = [
    await outcome(
      'connect',
      new Promise<void>((resolve, reject) => {
        client.connect(path, (error) => (error === null ? resolve() : reject(error)));
      }),
    ),
    await outcome('query-name', execute('query-name')),
    await outcome('query-status', execute('query-status')),
    await outcome('cont', execute('cont')),
    await outcome('stop', execute('stop')),
    await outcome('system_powerdown', execute('system_powerdown')),
    await outcome('nosuch', execute('nosuch')),
    await outcome('set_link', execute('set_link', { name: 'net0', up: 'yes' })),
    await outcome('device_del', execute('device_del', { id: 'nope' })),
    await outcome(
      'two at once',
      Promise.all([execute('query-uuid'), execute('query-kvm')]).then((both) => both.length),
    ),
    await outcome('quit', execute('quit')),
  ];
  if (!client.destroyed) {
    const closed = once(client, 'close');
    client.destroy();
    await closed;
  }
  return [...steps, `events ${events.join(' ')}`];
}
