/**
 * A real QEMU with one idle monitor, and conversations with it. For scripts that compare or record.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long anything may take before it counts as a hang, in ms. */
const DEADLINE = 10_000;

/** One connection to a monitor; gives what it says line by line. */
export class Conversation {
  #socket;
  #buffer = '';
  #lines = [];
  #waiting;
  #ended = false;

  constructor(socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      // What is not ended by CRLF stays as it is, to be seen as a difference.
      const lines = (this.#buffer + text).split('\r\n');
      this.#buffer = lines.pop();
      this.#lines.push(...lines);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  #wake() {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  send(bytes) {
    if (bytes.length > 0) this.#socket.write(bytes);
  }

  end() {
    this.#socket.end();
  }

  /** The next line, `undefined` at the end of the connection, `null` where QEMU says nothing for a long time. */
  async line() {
    while (this.#lines.length === 0) {
      if (this.#ended) return undefined;
      const woken = await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), DEADLINE);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
      if (!woken) return null;
    }
    return this.#lines.shift();
  }

  /** Every line up to one that satisfies `last` (included), to the end of the connection, or until QEMU is stuck. */
  async linesUntil(last) {
    const lines = [];
    for (;;) {
      const line = await this.line();
      if (line === undefined || line === null)
        return { lines, ended: line === undefined, silent: line === null };
      lines.push(line);
      if (last(line)) return { lines, ended: false, silent: false };
    }
  }

  /** One message: a line, or with `pretty` all lines up to the closing brace. */
  async message(pretty = false) {
    const { lines } = await this.linesUntil((line) => !pretty || line === '}');
    return lines.join('\r\n');
  }

  /** Everything up to the end of the connection, as it came. */
  async rest() {
    const { lines } = await this.linesUntil(() => false);
    return lines.map((line) => `${line}\r\n`).join('') + this.#buffer;
  }

  async close() {
    this.#socket.destroy();
    while (!this.#ended) await this.line();
  }
}

/** A running QEMU; start it with {@link RealMonitor.start}. */
export class RealMonitor {
  #process;
  #directory;
  #path;
  #exited;

  /**
   * @param program - The QEMU binary.
   * @param options - `pretty`: as the monitor option of that name.
   */
  static async start(program, { pretty = false } = {}) {
    const monitor = new RealMonitor();
    monitor.#directory = await mkdtemp(join(tmpdir(), 'qmp-real-'));
    monitor.#path = join(monitor.#directory, 'qmp');
    monitor.#process = spawn(
      program,
      [
        '-machine',
        'none',
        '-nodefaults',
        '-display',
        'none',
        '-S',
        '-chardev',
        `socket,id=qmp,path=${monitor.#path},server=on,wait=off`,
        '-mon',
        `chardev=qmp,mode=control,pretty=${pretty ? 'on' : 'off'}`,
      ],
      { stdio: 'ignore' },
    );
    monitor.#exited = new Promise((resolve) => {
      monitor.#process.once('exit', resolve);
      monitor.#process.once('error', resolve);
    });
    return monitor;
  }

  /**
   * Connects; QEMU takes a moment after its start, and after the last client left, to answer. It is asked again and again,
   * as nothing tells when it listens: the socket's file is there before (`bind`, then `listen`).
   */
  async connect() {
    const until = Date.now() + DEADLINE;
    for (;;) {
      const socket = connect(this.#path);
      const connected = await new Promise((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (connected) return new Conversation(socket);
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        throw new Error('QEMU ended before it could be reached');
      }
      if (Date.now() > until) throw new Error('QEMU cannot be reached');
      await delay(2);
    }
  }

  async stop() {
    this.#process.kill('SIGKILL');
    await this.#exited;
    await rm(this.#directory, { recursive: true, force: true });
  }
}
