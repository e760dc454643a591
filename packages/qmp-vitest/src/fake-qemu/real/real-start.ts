import { existsSync, readFileSync, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { SaidMessage } from '../conversation.ts';
import { findOption } from '../options.ts';
import { Growth } from './growth.ts';
import { START_FILES } from './launcher-script.ts';
import { endOf } from './pipe-end.ts';
import { readTraceLog } from './trace-log.ts';

/** A start of a real QEMU, by the files that it has left. */
export class RealStart {
  /** Name that it was called by. */
  readonly name: string;
  /** Process id that its parent sees. */
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Resolves when it's gone. */
  readonly ended: Promise<void>;
  /** Resolves when QEMU has accepted the command line: to `false` if it ended before. */
  readonly accepted: Promise<boolean>;
  readonly #folder: string;
  readonly #log: Growth;
  #hasEnded = false;

  /** @param folder - Folder of the start. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#log = new Growth(join(folder, START_FILES.trace));
    const [name = '', ...argv] = this.#words(START_FILES.argv);
    this.name = name;
    this.argv = argv;
    this.pid = Number.parseInt(basename(folder), 10);
    this.cwd = this.#text(START_FILES.cwd).replace(/\n$/, '');
    this.ended = this.#end();
    this.accepted = this.#accept();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Its environment. */
  get env(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#words(START_FILES.env).map((word) => {
        const at = word.indexOf('=');
        return [word.slice(0, at), word.slice(at + 1)];
      }),
    );
  }

  /** Everything that it has written to its standard error stream. */
  get stderr(): string {
    return this.#text(START_FILES.stderr);
  }

  /** Input and output of its monitors. */
  get messages(): readonly SaidMessage[] {
    return readTraceLog(this.#text(START_FILES.trace), (bytes) => this.#log.timeOf(bytes));
  }

  /** Process id of QEMU itself, which is another one in the background. */
  get ownPid(): number {
    const written = Number.parseInt(existsSync(this.#pidFile) ? readFileSync(this.#pidFile, 'utf8') : '', 10);
    return written > 0 ? written : this.pid;
  }

  get #pidFile(): string {
    const given = findOption(this.argv, 'pidfile');
    return given === undefined ? join(this.#folder, START_FILES.pid) : resolve(this.cwd, given);
  }

  async #end(): Promise<void> {
    // QEMU holds the other end, also in the background.
    await endOf(join(this.#folder, START_FILES.alive));
    this.#hasEnded = true;
    this.#log.stop();
    const relay = join(this.#folder, START_FILES.relay);
    if (existsSync(relay)) await endOf(relay);
  }

  async #accept(): Promise<boolean> {
    const file = this.#pidFile;
    if (!existsSync(dirname(file))) return this.ended.then(() => false);
    const watcher = watch(dirname(file));
    try {
      const written = new Promise<boolean>((done) => {
        const look = (): void => {
          if (isWritten(file)) done(true);
        };
        watcher.on('change', look).on('error', look);
        look();
      });
      return await Promise.race([written, this.ended.then(() => false)]);
    } finally {
      watcher.close();
    }
  }

  #words(file: string): string[] {
    return this.#text(file).split('\0').slice(0, -1);
  }

  #text(file: string): string {
    const path = join(this.#folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }
}

function isWritten(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').endsWith('\n');
}
