import { commandTable, genericError, type CommandTable } from '../command.ts';
import { readArguments, signature } from '../hmp/arguments.ts';
import { hmpTable, notModelledLine, onlyUsage, taking, type HmpTable } from '../hmp/command.ts';
import type { HmpArguments } from '../hmp/arguments.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Subsystem } from '../subsystem.ts';

/** Trace events and logs (`qapi/trace.json`): the mock has no events, so only patterns can be right. */
export class Tracing implements Subsystem {
  readonly commands: CommandTable = commandTable({
    'trace-event-get-state': (args) => {
      refuseUnknown(args.get('name') as string);
      return [];
    },
    'trace-event-set-state': (args) => refuseUnknown(args.get('name') as string),
  });
  /** Whether lock contention is profiled. There is none, but the switch is there. */
  #profiling = false;
  readonly #logItems: readonly string[];

  /** @param logItems - Items that can be logged. */
  constructor(logItems: readonly string[]) {
    this.#logItems = logItems;
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      'trace-event': taking('name:string option:switch vcpu:integer?', (given) =>
        unknownEvent(given.get('name')),
      ),
      'sync-profile': taking('op:string?', (given) => this.#syncProfile(given)),
      log: taking('items:string', (given, context) => {
        const items = String(given.get('items'));
        return items === 'none' || this.#canLog(items.split(',')) ? [] : notModelledLine(context);
      }),
      logfile: onlyUsage('filename:file'),
    });
  }

  infoTopics(): HmpTable {
    const wanted = signature('name:string? vcpu:integer?');
    const rule = '-'.repeat(79);
    return hmpTable({
      'trace-events': ({ rest, names }) =>
        unknownEvent(readArguments(names, wanted, rest).get('name') ?? '*'),
      'sync-profile': () => [
        'Type               Object  Call site  Wait Time (s)         Count  Average (us)',
        rule,
        rule,
      ],
    });
  }

  /** Whether all of these can be logged to one file. */
  #canLog(items: readonly string[]): boolean {
    return items.every((item) => item !== 'tid' && this.#logItems.includes(item));
  }

  #syncProfile(given: HmpArguments): readonly string[] {
    const op = given.get('op');
    if (op === undefined) return [`sync-profile is ${this.#profiling ? 'on' : 'off'}`];
    if (op === 'on' || op === 'off') this.#profiling = op === 'on';
    else if (op !== 'reset')
      return [`Error: invalid parameter '${String(op)}', expecting 'on', 'off', or 'reset'`];
    return [];
  }
}

/** Names of QEMU's events are words with underscores. Which there are was not recorded. */
const MAY_BE_AN_EVENT = /^([a-z0-9]+_[a-z0-9_]*)?([*?].*)?$/;

/** Whether a name, or a pattern, may be that of a trace event. */
export function mayBeEvent(name: string): boolean {
  return MAY_BE_AN_EVENT.test(name);
}

function isPattern(name: string): boolean {
  if (mayBeEvent(name)) notModelled('trace events');
  return /[*?]/.test(name);
}

function refuseUnknown(name: string): void {
  if (!isPattern(name)) throw genericError(`unknown event "${name}"`);
}

function unknownEvent(name: unknown): readonly string[] {
  const text = String(name);
  return isPattern(text) ? [] : [`unknown event "${text}"`];
}
