import type { CommandCall } from '../../engine/monitor/command-host.ts';
import type { Machine } from '../machine.ts';
import { HmpUsageError } from './hmp-arguments.ts';
import { argumentsFor, HMP_BY_QMP } from './hmp-by-qmp.ts';
import { UnmodelledHmpCommand, type HmpCommand } from './hmp-command.ts';
import { complaintsOf, HMP_COMMANDS, runQmp } from './hmp-commands.ts';
import { HMP_INFO } from './hmp-info.ts';

export { UnmodelledHmpCommand } from './hmp-command.ts';

const END = '\r\n';

interface Entry {
  /** The name as lists give it, aliases and all: `stop|s`. */
  readonly names: string;
  readonly name: string;
  readonly signature: string;
}

/**
 * Runs one line of the human monitor (`monitor/hmp.c`) and gives what it prints, with CRLF at line ends.
 *
 * @throws {@link UnmodelledHmpCommand} for a command that this version has but the mock does not model.
 * @example
 * runHmpLine(machine, 'info status') // 'VM status: running\r\n'
 */
export function runHmpLine(machine: Machine, line: string, call?: CommandCall): string {
  const text = line.trimStart();
  const word = /^[^\s/]*/.exec(text)?.[0] ?? '';
  if (text === '') return '';
  const { commands, info } = machine.data.hmp;
  const command = find(commands, word);
  if (command === undefined) return `unknown command: '${firstWord(text)}'${END}`;
  const rest = text.slice(word.length);
  if (command.name === 'info') {
    const topic = rest.trimStart();
    const topicWord = firstWord(topic);
    if (topicWord === '') return list(info, 'info ');
    const found = find(info, topicWord);
    if (found === undefined) return `unknown command: 'info ${topicWord}'${END}`;
    return run(machine, HMP_INFO, found, topic.slice(topicWord.length), `info ${topicWord}`, call);
  }
  if (command.name === 'help') return help(machine, rest.trim());
  return run(machine, HMP_COMMANDS, command, rest, word, call);
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

function run(
  machine: Machine,
  commands: ReadonlyMap<string, HmpCommand>,
  entry: Entry,
  rest: string,
  typed: string,
  call: CommandCall | undefined,
): string {
  const command = commands.get(entry.name) ?? byQmp(entry.name);
  try {
    if (entry.signature === '' && rest.trim() !== '') {
      throw new HmpUsageError(`${entry.names}: extraneous characters at the end of line`);
    }
    if (command === undefined) {
      throw new UnmodelledHmpCommand(`The mock's human monitor does not model "${typed}"`);
    }
    return command({ machine, names: entry.names, rest: rest.trim(), call })
      .map((line) => line + END)
      .join('');
  } catch (error) {
    if (!(error instanceof HmpUsageError)) throw error;
    return `${error.message}${END}Try "help ${typed}" for more information${END}`;
  }
}

/** A command that stands for one of QMP's. */
function byQmp(name: string): HmpCommand | undefined {
  const entry = HMP_BY_QMP.get(name);
  if (entry === undefined) return undefined;
  return (context) => {
    const args = argumentsFor(context.names, entry, context.rest);
    return typeof args === 'string' ? [args] : complaintsOf(() => runQmp(context, entry.command, args));
  };
}

/** `help`: names and signatures. What QEMU says of each beside that is its own prose, and not here. */
function help(machine: Machine, topic: string): string {
  const { commands, info } = machine.data.hmp;
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

function list(table: Readonly<Record<string, string>>, prefix: string): string {
  return Object.entries(table)
    .map(([names, signature]) => `${prefix}${names} ${signature}${END}`)
    .join('');
}
