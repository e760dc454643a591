/**
 * A real QEMU with a monitor on an inherited descriptor: nothing on disk, nothing that others can reach.
 */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

/** How long QEMU may take for one answer, in ms; it is killed when that runs out. */
const DEADLINE = 60_000;

/** Members of one line of QMP as text, and as JavaScript (integers beyond 2^53 lose digits there). */
const parse = (text) => ({ text, message: JSON.parse(text) });

const ANY_EVENT = Symbol('any event');

/** A running QEMU and the conversation with it. Replies are matched by order, events are kept apart. */
export class Qemu {
  #child;
  #socket;
  #lines = [];
  #waiting = [];
  #buffered = '';
  #gone;
  #stderr = '';
  #events = new EventEmitter();

  constructor(binary, args) {
    // A 'pipe' of Node's is a socketpair: exactly what `-chardev socket,fd=` takes.
    this.#child = spawn(
      binary,
      [...args, '-display', 'none', '-chardev', 'socket,id=capture,fd=3', '-qmp', 'chardev:capture'],
      { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] },
    );
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.resume();
    this.#socket = this.#child.stdio[3];
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#end(`the monitor failed: ${error.message}`));
    this.#child.stderr.on('data', (chunk) => (this.#stderr += chunk));
    this.#child.on('error', (error) => this.#end(`${binary} does not start: ${error.message}`));
    this.#child.on('close', (code, signal) => this.#end(`QEMU ended (${signal ?? `exit code ${code}`})`));
  }

  /** Standard input and output, for `-qtest stdio`. */
  get stdin() {
    return this.#child.stdin;
  }

  get stdout() {
    return this.#child.stdout;
  }

  /** Starts QEMU and negotiates; `greeting` is what it said first. */
  static async start(binary, args, { negotiate = true } = {}) {
    const qemu = new Qemu(binary, args);
    qemu.greeting = (await qemu.line()).message;
    if (negotiate) await qemu.ask('{"execute":"qmp_capabilities"}');
    return qemu;
  }

  #take(chunk) {
    const parts = (this.#buffered + chunk).split('\r\n');
    this.#buffered = parts.pop();
    for (const text of parts) {
      if (text.startsWith('{"timestamp"')) {
        this.#events.emit(JSON.parse(text).event);
        this.#events.emit(ANY_EVENT, text);
        continue;
      }
      const waiter = this.#waiting.shift();
      if (waiter) waiter.resolve(text);
      else this.#lines.push(text);
    }
  }

  #end(why) {
    this.#gone ??= new Error(`${why}\n${this.#stderr}`.trim());
    for (const waiter of this.#waiting.splice(0)) waiter.reject(this.#gone);
  }

  /** The next line that is not an event. */
  async line() {
    if (this.#lines.length > 0) return parse(this.#lines.shift());
    if (this.#gone) throw this.#gone;
    let timer;
    try {
      return parse(
        await new Promise((resolve, reject) => {
          this.#waiting.push({ resolve, reject });
          timer = setTimeout(() => {
            this.#end(`no answer within ${DEADLINE} ms`);
            this.#child.kill('SIGKILL');
          }, DEADLINE);
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a request (text, or an object to be written as JSON) and gives its answer. */
  async ask(request) {
    this.send(request);
    return this.line();
  }

  /** Sends a request without waiting. */
  send(request) {
    this.#socket.write(typeof request === 'string' ? request : toJson(request));
  }

  /** Sends many requests at once and gives the answers in order. */
  async askAll(requests) {
    const answers = [];
    for (let start = 0; start < requests.length; start += 500) {
      const batch = requests.slice(start, start + 500);
      this.send(batch.map((request) => toJson(request)).join('\n'));
      for (const _ of batch) answers.push(await this.line());
    }
    return answers;
  }

  /** Calls `listener` with the text of each event from now on. */
  onEvent(listener) {
    this.#events.on(ANY_EVENT, listener);
  }

  /** Settles when the next event of that name comes. */
  async event(name) {
    await once(this.#events, name, { signal: AbortSignal.timeout(DEADLINE) });
  }

  /** Ends QEMU the hard way: there is nothing in it to save. */
  async stop() {
    const closed = new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve();
      else this.#child.once('close', resolve);
    });
    this.#child.kill('SIGKILL');
    await closed;
  }
}

/**
 * JSON with `bigint` as a bare integer, and with `{ [RAW]: text }` as the text itself (`1.0`, which JavaScript cannot
 * tell from `1`).
 */
export const RAW = Symbol('raw');

export function toJson(value) {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => toJson(item)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    if (RAW in value) return value[RAW];
    return `{${Object.entries(value)
      .map(([name, member]) => `${JSON.stringify(name)}:${toJson(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}
