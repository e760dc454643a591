/** The clients that are compared. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Arguments of a command. */
type Arguments = Record<string, unknown>;

/** An open client, behind one small face. */
export interface BenchClient {
  execute(name: string, args?: Arguments): Promise<unknown>;
  /** Calls back at each event; gives its undoing. */
  onEvent(callback: () => void): () => void;
  close(): unknown;
}

/**
 * A client as a careful person writes it in an afternoon: ids, newline split, JSON.parse; without limits and
 * errors.
 */
async function openMinimum(path: string): Promise<BenchClient> {
  interface Message {
    readonly id?: number;
    readonly return?: unknown;
    readonly error?: { readonly desc: string };
    readonly event?: string;
  }
  type Settle = { resolve: (value: unknown) => void; reject: (error: Error) => void };
  const socket = connect(path);
  const pending = new Map<number, Settle>();
  let next = 1;
  /** The pieces of a line whose end has not come: joining them each time would make a long reply slow. */
  const pieces: string[] = [];
  let listener: (() => void) | undefined;
  let greeted: (message: Message) => void;
  const greeting = new Promise<Message>((resolve) => (greeted = resolve));
  socket.setEncoding('utf8').on('data', (text: string) => {
    pieces.push(text);
    if (!text.includes('\n')) return;
    const lines = (pieces.length === 1 ? text : pieces.join('')).split('\n');
    pieces.length = 0;
    pieces.push(lines.pop()!);
    for (const line of lines) {
      const message: Message = JSON.parse(line);
      if (message.id !== undefined) {
        const settle = pending.get(message.id)!;
        pending.delete(message.id);
        if (message.error) settle.reject(new Error(message.error.desc));
        else settle.resolve(message.return);
      } else if (message.event) listener?.();
      else greeted(message);
    }
  });
  await greeting;
  const execute = (name: string, args?: Arguments): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = next++;
      pending.set(id, { resolve, reject });
      socket.write(JSON.stringify({ execute: name, arguments: args, id }));
    });
  await execute('qmp_capabilities');
  return {
    execute,
    onEvent: (callback) => {
      listener = callback;
      return () => (listener = undefined);
    },
    close: () => socket.destroy(),
  };
}

async function openQmpCore(path: string): Promise<BenchClient> {
  const { QmpClient } = await import('qmp-core');
  const client = await QmpClient.connect(path);
  return {
    execute: (name, args) => client.untyped.execute(name, args),
    onEvent: (callback) => {
      const events = client.events();
      void (async () => {
        for await (const _ of events) callback();
      })();
      return () => void events.return?.();
    },
    close: () => client.close(),
  };
}

async function openNodeQemu(path: string): Promise<BenchClient> {
  const { QMPClient } = await import('node-qemu');
  const client = new QMPClient({ socketPath: path });
  await client.connect();
  return {
    execute: (name, args) => client.execute(name, args),
    onEvent: (callback) => {
      client.on('rawEvent', callback);
      return () => client.off('rawEvent', callback);
    },
    close: () => client.close(),
  };
}

async function openQemuQmp(path: string): Promise<BenchClient> {
  const { default: Qmp } = await import('qemu-qmp');
  const client = new Qmp();
  client.setMaxListeners(0);
  await new Promise<void>((resolve, reject) =>
    client.connect(path, (error) => (error ? reject(error) : resolve())),
  );
  return {
    execute: (name, args) =>
      new Promise((resolve, reject) => {
        const done = (error: Error | null, value?: unknown): void => (error ? reject(error) : resolve(value));
        if (args === undefined) client.execute(name, done);
        else client.execute(name, args, done);
      }),
    onEvent: (callback) => {
      client.on('rtc_change', callback);
      return () => client.off('rtc_change', callback);
    },
    close: async () => {
      client.destroy();
      await once(client, 'close');
    },
  };
}

/** Name → how to open one. The first is the floor, the second ours. */
export const contenders: Readonly<Record<string, (path: string) => Promise<BenchClient>>> = {
  'hand-written minimum': openMinimum,
  'qmp-core': openQmpCore,
  'node-qemu 1.3.0': openNodeQemu,
  'qemu-qmp 0.5.0': openQemuQmp,
};
