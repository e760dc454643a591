import { loadProfile, type QemuProfile } from '../internals/engine.ts';
import { EngineSession } from '../lib/engine-session.ts';
import { IdleMonitor } from '../qemu/idle-monitor.ts';
import type { Lines } from '../qemu/lines.ts';
import type { Program } from '../qemu/program.ts';
import { learnHost, NOT_LEARNT, type LearntHost } from './learnt-host.ts';

export interface EngineOptions {
  readonly oob?: boolean | undefined;
  readonly pretty?: boolean | undefined;
  /** Whether the conversation is negotiated; true by default. */
  readonly negotiation?: boolean | undefined;
}

/** The output of both, if they differ. */
export interface Difference {
  readonly qemu: readonly string[];
  readonly mock: readonly string[];
}

/** How often a conversation is begun until both agree on the greeting. */
const ATTEMPTS = 3;

/** A QEMU and the mock's engine, with a conversation with each. */
export class EnginePair implements AsyncDisposable {
  readonly #program: Program;
  readonly #options: EngineOptions;
  readonly #host: LearntHost;
  readonly #profile: QemuProfile;
  #monitor: IdleMonitor | undefined;
  #lines: Lines | undefined;
  #engine: EngineSession | undefined;
  #number = 0;

  private constructor(program: Program, options: EngineOptions, host: LearntHost) {
    this.#program = program;
    this.#options = options;
    this.#host = host;
    this.#profile = { ...loadProfile(program.version), version: host.version };
  }

  static async start(program: Program, options: EngineOptions): Promise<EnginePair> {
    const pair = new EnginePair(program, options, await learnHost(program));
    await pair.fresh();
    return pair;
  }

  /** Begins new conversations with both, negotiated as the options say. */
  async fresh(): Promise<void> {
    const { oob = false, pretty = false, negotiation = true } = this.#options;
    const begin = !negotiation
      ? ''
      : `{"execute":"qmp_capabilities"${oob ? ',"arguments":{"enable":["oob"]}' : ''}}`;
    let found: Difference | 'crash' | undefined;
    // QEMU loses bytes of a client that connects while it starts, once in a thousand times: then it is asked
    // again.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this.#lines?.close();
      this.#monitor ??= new IdleMonitor(this.#program, { pretty });
      this.#lines = await this.#monitor.connect();
      this.#engine = new EngineSession({ profile: this.#profile, host: this.#host, pretty });
      found = await this.compare(Buffer.from(begin));
      if (found === undefined) return;
      await this.#stop();
    }
    throw new Error(`they differ in the greeting: ${JSON.stringify(found)}`);
  }

  /** Starts another QEMU, in place of one that went down. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.fresh();
  }

  /**
   * Gives both the same bytes. Gives what they say if it differs, `'crash'` if QEMU went away or got stuck.
   */
  async compare(bytes: Uint8Array): Promise<Difference | 'crash' | undefined> {
    const { pretty = false } = this.#options;
    const mark = `sync-${this.#number++}`;
    // 0xFF resets the parser, whatever state it is in: behind it everything is at rest again.
    const sync = Buffer.concat([
      Buffer.of(0x0a, 0xff),
      Buffer.from(`{"execute":"query-name","id":"${mark}"}`),
    ]);
    const input = Buffer.concat([bytes, sync]);
    this.#lines!.send(input);
    let seen = false;
    const { lines, end } = await this.#lines!.linesUntil((line) => {
      seen ||= line.includes(`${mark}"`);
      return seen && (!pretty || line === '}');
    });
    if (end !== 'found') return 'crash';
    this.#engine!.receive(input);
    const ours = this.#engine!.take().split('\r\n').slice(0, -1);
    if (this.#same(lines, ours) || ours.some((line) => line.includes(NOT_LEARNT))) return undefined;
    return { qemu: lines, mock: ours };
  }

  /**
   * With out-of-band execution, how far a request overtakes others depends on QEMU's threads: only the order
   * may differ.
   */
  #same(a: readonly string[], b: readonly string[]): boolean {
    if (a.length !== b.length) return false;
    if (a.every((line, i) => line === b[i])) return true;
    return this.#options.oob === true && JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
  }

  async #stop(): Promise<void> {
    await this.#lines?.close();
    await this.#monitor?.[Symbol.asyncDispose]();
    this.#lines = undefined;
    this.#monitor = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}
