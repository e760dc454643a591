import { readFileSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import { senderName, type EndSignal } from 'qmp-mock/process';
import type { StartLine } from '../control-protocol.ts';
import { HeldBack } from '../held-back.ts';
import type { PassedSignal } from '../stand-in.ts';

/** A shell that stands for a QEMU: a process, and no more. */
export class ShellLink {
  readonly pid: number;
  /** Resolves when it is gone, or has become a launcher in Node. */
  readonly ended: Promise<void>;
  readonly #orders: Socket;
  readonly #signals = new HeldBack<[signal: PassedSignal]>();

  /**
   * @param pipe - Pipe by which it tells of signals, and of its end.
   * @param orders - Pipe by which it is given orders.
   */
  constructor(pid: number, pipe: Socket, orders: Socket) {
    this.pid = pid;
    this.#orders = orders;
    orders.on('error', () => {});
    pipe.on('data', (text: string) => this.#told(text));
    this.ended = new Promise((resolve) => pipe.once('close', () => resolve()));
    void this.ended.then(() => orders.destroy());
  }

  /**
   * How it was started.
   *
   * @throws the system's error if it is gone.
   */
  get start(): StartLine {
    const { pid } = this;
    const words = (file: string): string[] =>
      readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
    // The shell, the script, and what that was called with.
    const [, script = '', ...argv] = words('cmdline');
    const env = Object.fromEntries(
      words('environ').map((word) => {
        const at = word.indexOf('=');
        return [word.slice(0, at), word.slice(at + 1)];
      }),
    );
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    return { type: 'start', name: basename(script), pid, argv, env, cwd, texts: {} };
  }

  /** Sets the handler of signals. Signals that came before are delivered first. */
  onSignal(action: (signal: PassedSignal) => void): void {
    this.#signals.take(action);
  }

  /** A launcher in Node goes on as it. */
  leaveToNode(): void {
    this.#order('n');
  }

  /**
   * Everything is open: from now on the test has its signals, and it ends if the test does.
   *
   * @param files - Files that it then removes.
   */
  up(files: readonly string[]): void {
    this.#order('u');
    for (const file of files) this.#order(`f${file}`);
  }

  write(stream: 'stdout' | 'stderr', text: string): void {
    this.#order(`${stream === 'stdout' ? '1' : '2'}${escaped(text)}`);
  }

  exit(code: number): void {
    this.#order(`x${code}`);
  }

  die(signal: NodeJS.Signals): void {
    this.#order(`k${signal.slice('SIG'.length)}`);
  }

  #order(line: string): void {
    if (this.#orders.writable) this.#orders.write(`${line}\n`);
  }

  #told(text: string): void {
    for (const name of text.split('\n')) {
      if (name === '') continue;
      this.#signals.put({ signal: `SIG${name}` as EndSignal, sender: senderName(this.#parent) });
    }
  }

  get #parent(): number {
    try {
      const [, pid = ''] = /^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [];
      return Number(pid);
    } catch {
      return 0;
    }
  }
}

/** A text as a shell's `printf %b` takes it: one line, without anything that it could read otherwise. */
function escaped(text: string): string {
  const bytes = [...Buffer.from(text)];
  return bytes
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\0${byte.toString(8).padStart(3, '0')}`,
    )
    .join('');
}
