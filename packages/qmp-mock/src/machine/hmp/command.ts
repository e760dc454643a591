import { QmpCommandError } from 'qmp-core/errors';
import type { QDict } from '../../engine/json/value.ts';
import { NotModelledError, notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subject } from '../setup/subject.ts';
import { readArguments, signature, type HmpArguments } from './arguments.ts';

/** Context of a command of the human monitor. */
export interface HmpContext {
  /** The command with its aliases, as lists and complaints give it: `stop|s`. */
  readonly names: string;
  /** The command of the line, without its arguments: `info block`. */
  readonly line: string;
  /** The rest of the line, without surrounding space. */
  readonly rest: string;
  /** Runs a QMP command on behalf of the line. */
  readonly qmp: (name: string, args?: QDict) => unknown;
}

/** Output of a command: its lines, or a text as it is, which ends without the end of a line. */
export type HmpOutput = readonly string[] | string;

/** A command of the human monitor, or a topic of `info`: gives what it prints. */
export type HmpCommand = (context: HmpContext) => HmpOutput | Promise<HmpOutput>;

/** Commands of the human monitor by their first name. */
export type HmpTable = ReadonlyMap<string, HmpCommand>;

/** A table from an object literal. */
export function hmpTable(commands: Record<string, HmpCommand>): HmpTable {
  return new Map(Object.entries(commands));
}

/** Nothing, or the refusal as the human monitor prints it. `prefix`: what stands before it. */
export function complaintsOf(run: () => unknown, prefix = 'Error: '): readonly string[] {
  try {
    void run();
  } catch (error) {
    return [prefix + refusalOf(error)];
  }
  return [];
}

/** QEMU's words of a refusal; throws any other error on. */
export function refusalOf(error: unknown): string {
  if (error instanceof QmpCommandError && !(error instanceof NotModelledError)) return error.desc;
  throw error;
}

/** A command that is not modelled if an option touches one of the subjects. */
export function unlessTouched(setup: Setup, subjects: readonly Subject[], run: HmpCommand): HmpCommand {
  return (context) => {
    setup.require(`the human monitor's "${context.line}"`, ...subjects);
    return run(context);
  };
}

/** Says that a line is not modelled. */
export function notModelledLine({ line }: Pick<HmpContext, 'line'>): never {
  return notModelled(`the human monitor's "${line}"`);
}

/** A command that is a QMP command without arguments, and shows nothing but its refusal. */
export function sameAs(name: string): HmpCommand {
  return (context) => complaintsOf(() => context.qmp(name));
}

/** A command with arguments of its own. */
export function taking(
  text: string,
  run: (given: HmpArguments, context: HmpContext) => HmpOutput | Promise<HmpOutput>,
): HmpCommand {
  const wanted = signature(text);
  return (context) => run(readArguments(context.names, wanted, context.rest), context);
}

/** A command whose arguments are looked at, but not what it would then do. */
export function onlyUsage(text: string): HmpCommand {
  const usage = taking(text, (_given, context) => notModelledLine(context));
  // A format comes first.
  return (context) => (context.rest.startsWith('/') ? notModelledLine(context) : usage(context));
}

/** Makes a command with a constant answer. */
export function always(...lines: readonly string[]): HmpCommand {
  return () => lines;
}

/** How a value is shown. */
type Shown<T> = (value: T, context: HmpContext) => readonly string[];

/** A topic that shows what a query gives, or its refusal. */
export function showing<T>(query: string, lines: Shown<T>): HmpCommand {
  return (context) => {
    let value: unknown;
    try {
      value = context.qmp(query);
    } catch (error) {
      return [`Error: ${refusalOf(error)}`];
    }
    return lines(value as T, context);
  };
}
