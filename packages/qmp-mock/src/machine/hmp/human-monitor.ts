import { QDict } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import type { MachineData } from '../machine-data.ts';
import type { Subsystem } from '../subsystem.ts';
import { HmpUsageError } from './arguments.ts';
import { notModelledLine, type HmpOutput, type HmpTable } from './command.ts';

const END = '\r\n';

/** Parts of the machine that a {@link HumanMonitor} needs. */
export interface HumanMonitorParts {
  /** Names and signatures of what this version has. */
  readonly data: () => MachineData['hmp'];
  /** Whether there is a CPU with that number. */
  readonly hasCpu: (index: number) => boolean;
  /** Those that bring commands and topics. */
  readonly subsystems: () => readonly Subsystem[];
  /** Runs a QMP command. */
  readonly run: (name: string, args: QDict, call: CommandCall | undefined) => unknown;
}

interface Entry {
  /** The name as lists give it, aliases and all: `stop|s`. */
  readonly names: string;
  readonly name: string;
  readonly signature: string;
}

/** The human monitor (`monitor/hmp.c`): finds the command of a line, and runs it. */
export class HumanMonitor {
  readonly commands: CommandTable;
  readonly #parts: HumanMonitorParts;
  #commands: HmpTable | undefined;
  #topics: HmpTable | undefined;

  constructor(parts: HumanMonitorParts) {
    this.#parts = parts;
    this.commands = commandTable({
      'human-monitor-command': (args, call) => {
        const cpu = args.get('cpu-index');
        if (cpu !== undefined && !parts.hasCpu(Number(cpu))) {
          throw genericError("Parameter 'cpu-index' expects a CPU number");
        }
        return this.run(args.get('command-line') as string, call);
      },
    });
  }

  /**
   * Runs one line and gives what it prints, with CRLF at line ends. A line that has to wait for something
   * outside of the machine gives a promise.
   *
   * @param call - The QMP call that the line came with, if it did.
   * @throws NotModelledError for a line that this version has but the mock does not model.
   * @example
   * machine.humanMonitor.run('info status') // 'VM status: running\r\n'
   */
  run(line: string, call?: CommandCall): string | Promise<string> {
    const text = line.trimStart();
    const word = /^[^\s/]*/.exec(text)?.[0] ?? '';
    if (text === '') return '';
    const { commands, info } = this.#parts.data();
    const command = find(commands, word);
    if (command === undefined) return `unknown command: '${firstWord(text)}'${END}`;
    const rest = text.slice(word.length);
    if (command.name === 'info') {
      const topic = rest.trimStart();
      const topicWord = firstWord(topic);
      if (topicWord === '') return list(info, 'info ');
      const found = find(info, topicWord);
      if (found === undefined) return `unknown command: 'info ${topicWord}'${END}`;
      return this.#run(this.#modelledTopics, found, topic.slice(topicWord.length), `info ${topicWord}`, call);
    }
    if (command.name === 'help') return this.#help(rest.trim());
    return this.#run(this.#modelledCommands, command, rest, word, call);
  }

  /** Whether a command, or a topic of `info`, is modelled, by the first of its names. */
  models(name: string, kind: 'command' | 'topic' = 'command'): boolean {
    if (kind === 'topic') return this.#modelledTopics.has(name);
    return name === 'info' || name === 'help' || this.#modelledCommands.has(name);
  }

  get #modelledCommands(): HmpTable {
    return (this.#commands ??= merge(this.#parts.subsystems().map((subsystem) => subsystem.hmpCommands?.())));
  }

  get #modelledTopics(): HmpTable {
    return (this.#topics ??= merge(this.#parts.subsystems().map((subsystem) => subsystem.infoTopics?.())));
  }

  #run(
    commands: HmpTable,
    entry: Entry,
    rest: string,
    line: string,
    call: CommandCall | undefined,
  ): string | Promise<string> {
    const command = commands.get(entry.name) ?? notModelledLine;
    const qmp = (name: string, args: QDict = new QDict()): unknown => this.#parts.run(name, args, call);
    try {
      if (entry.signature === '' && rest.trim() !== '') {
        throw new HmpUsageError(`${entry.names}: extraneous characters at the end of line`);
      }
      const printed = command({ names: entry.names, line, rest: rest.trim(), qmp });
      return printed instanceof Promise ? printed.then(asText) : asText(printed);
    } catch (error) {
      if (!(error instanceof HmpUsageError)) throw error;
      const words = error.message === '' ? '' : `${error.message}${END}`;
      return `${words}Try "help ${line}" for more information${END}`;
    }
  }

  /** `help`: names and signatures. What QEMU says of each beside that is its own prose, and not here. */
  #help(topic: string): string {
    const { commands, info } = this.#parts.data();
    if (topic === '') return list(commands, '');
    const [first = '', second] = topic.split(/\s+/);
    const entry = find(commands, first);
    if (entry === undefined) return `unknown command: '${topic}'${END}`;
    if (entry.name === 'info') {
      if (second === undefined) return list(info, 'info ');
      const found = find(info, second);
      return found === undefined
        ? `unknown command: '${topic}'${END}`
        : `info ${found.names} ${found.signature}${END}`;
    }
    return `${entry.names} ${entry.signature}${END}`;
  }
}

function asText(printed: HmpOutput): string {
  return typeof printed === 'string' ? printed : printed.map((text) => text + END).join('');
}

function merge(tables: readonly (HmpTable | undefined)[]): HmpTable {
  return new Map(tables.flatMap((table) => [...(table ?? [])]));
}

function firstWord(text: string): string {
  return /^\S*/.exec(text)?.[0] ?? '';
}

function find(table: Readonly<Record<string, string>>, word: string): Entry | undefined {
  for (const [names, signature] of Object.entries(table)) {
    const all = names.split('|');
    if (all.includes(word)) return { names, name: all[0] ?? names, signature };
  }
  return undefined;
}

function list(table: Readonly<Record<string, string>>, prefix: string): string {
  return Object.entries(table)
    .map(([names, signature]) => `${prefix}${names} ${signature}${END}`)
    .join('');
}
