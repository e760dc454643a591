import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';
import { FaultProxy } from 'qmp-mock';
import { bind, dial, type BoundServer, type QmpAddress } from 'qmp-core/transport';
import { requestedProxy } from '../../fault-request.ts';
import { quoteWord } from '../../qemu/quote.ts';
import { START_FILES } from './launcher-script.ts';
import { endOf } from './pipe-end.ts';
import { findQmpSockets, type QmpSocket } from './qmp-sockets.ts';

/** Time in ms between two looks whether QEMU listens: nothing tells of it. */
const PAUSE = 10;

/** Time in ms that clients may take to read the rest when QEMU has ended. */
const GRACE = 2000;

/** A socket that this process has in QEMU's place. */
interface Opened {
  readonly server: BoundServer;
  /** Path of QEMU's own socket. */
  readonly own: string;
  readonly listens: boolean;
}

/**
 * Opens the sockets of the QMP monitors of a QEMU that is about to start, writes what the launcher has to do
 * for QEMU to meet its clients there, says `ready`, and relays until QEMU is gone. What can't be opened is
 * left to QEMU, which says why.
 *
 * @param folder - Folder of the start.
 * @param argv - The command line.
 */
export async function runFaultRelay(folder: string, argv: readonly string[]): Promise<void> {
  // Signals to its process group are meant for QEMU, whose end is seen by itself.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const relay = new FaultRelay(endOf(join(folder, START_FILES.alive)));
  const words = [...argv];
  const closed: number[] = [];
  for (const [number, socket] of findQmpSockets(argv).entries()) {
    const own = join(folder, `${START_FILES.qmp}${number}`);
    if (!(await relay.open(socket, own))) continue;
    words[socket.at] = socket.over(own);
    if (socket.address.kind === 'fd') closed.push(socket.address.fd);
  }
  const orders = [`set -- ${words.map(quoteWord).join(' ')}`, ...closed.map((fd) => `exec ${fd}<&-`)];
  writeFileSync(join(folder, START_FILES.words), `${orders.join('\n')}\n`);
  process.stdout.write('ready\n');
  await relay.finish();
  process.exit(0);
}

/** The sockets of a QEMU, with the fault of `QMP_FAULT_PROXY` behind them. */
class FaultRelay {
  readonly #gone: Promise<void>;
  readonly #opened: Opened[] = [];
  readonly #clients = new Set<Duplex>();
  #isGone = false;

  /** @param gone - Resolves when QEMU is gone. */
  constructor(gone: Promise<void>) {
    this.#gone = gone;
    void gone.then(() => (this.#isGone = true));
  }

  /** Opens a socket in QEMU's place. Gives `false` if that isn't possible. */
  async open({ address, listens, dialsAgain }: QmpSocket, own: string): Promise<boolean> {
    try {
      const there: QmpAddress = { kind: 'unix', path: own };
      let first = listens || dialsAgain ? undefined : await dial(address);
      const server = await bind(listens ? address : there);
      this.#opened.push({ server, own, listens });
      server.onConnection((near) => {
        const far = first;
        first = undefined;
        void this.#join(near, far, listens ? there : address, listens);
      });
      return true;
    } catch {
      return false;
    }
  }

  /** Resolves when QEMU is gone, and clients have had the rest of what it has said. */
  async finish(): Promise<void> {
    await this.#gone;
    for (const { server, own, listens } of this.#opened) {
      // A QEMU that was killed leaves its sockets.
      if (!listens || !existsSync(own)) await server.close();
    }
    const ended = [...this.#clients].map((client) => new Promise((done) => client.once('close', done)));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((done) => (timer = setTimeout(done, GRACE)));
    await Promise.race([Promise.all(ended), late]);
    clearTimeout(timer);
  }

  async #join(near: Duplex, far: Duplex | undefined, address: QmpAddress, listens: boolean): Promise<void> {
    near.on('error', () => {});
    try {
      const other = far ?? (listens ? await this.#reach(address) : await dial(address));
      const [client, monitor] = listens ? [near, other] : [other, near];
      this.#clients.add(client);
      client.once('close', () => this.#clients.delete(client));
      requestedProxy(FaultProxy, {}).between(client, monitor);
    } catch {
      near.destroy();
    }
  }

  /** Connects to QEMU, which may not have come so far as to listen. */
  async #reach(address: QmpAddress): Promise<Duplex> {
    for (;;) {
      try {
        return await dial(address);
      } catch (error) {
        if (this.#isGone) throw error;
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    }
  }
}
