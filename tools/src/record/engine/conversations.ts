import { BEGIN, inputOf, OOB_END, type EngineCase, type Mode } from '../../conformance/engine-table.ts';
import { IdleMonitor } from '../../qemu/idle-monitor.ts';
import type { Lines } from '../../qemu/lines.ts';
import type { Program } from '../../qemu/program.ts';

/** The conversations of the engine table with one QEMU. Its monitors are started when they are needed. */
export class Conversations implements AsyncDisposable {
  readonly #program: Program;
  readonly #running = new Map<boolean, IdleMonitor>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** Holds one conversation, and gives what QEMU said after the greeting and the negotiation. */
  async hold(given: EngineCase): Promise<string> {
    const { mode = 'plain' } = given;
    const pretty = mode === 'pretty';
    await using lines = await this.#begin(mode);
    let output = '';
    for (const piece of inputOf(given)) {
      lines.send(piece);
      if (given.steps !== undefined) output += `${await message(lines, pretty)}\r\n`;
    }
    if (mode !== 'oob') {
      lines.end();
      return output + (await lines.rest());
    }
    lines.send(OOB_END);
    const section = await lines.linesUntil((line) => line.includes('"id": "the end"'));
    return output + section.lines.map((line) => `${line}\r\n`).join('');
  }

  /** Asks for the replies of some commands. */
  async ask(commands: readonly string[]): Promise<Record<string, unknown>> {
    await using lines = await this.#begin('plain');
    const replies: Record<string, unknown> = {};
    for (const name of commands) {
      lines.send(JSON.stringify({ execute: name }));
      replies[name] = JSON.parse(await lines.line());
    }
    return replies;
  }

  async #begin(mode: Mode): Promise<Lines> {
    const pretty = mode === 'pretty';
    let monitor = this.#running.get(pretty);
    if (monitor === undefined) {
      monitor = new IdleMonitor(this.#program, { pretty });
      this.#running.set(pretty, monitor);
    }
    const lines = await monitor.connect();
    await message(lines, pretty);
    lines.send(BEGIN[mode]);
    if (BEGIN[mode] !== '') await message(lines, pretty);
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const monitor of this.#running.values()) await monitor[Symbol.asyncDispose]();
  }
}

/** One message: a line, or with `pretty` all lines up to the closing brace. */
async function message(lines: Lines, pretty: boolean): Promise<string> {
  const section = await lines.linesUntil((line) => !pretty || line === '}');
  return section.lines.join('\r\n');
}
