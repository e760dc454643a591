/** A JSON object, as it is sent. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A command of a session. */
export interface Step {
  readonly execute: string;
  readonly arguments?: JsonObject;
}

/**
 * A command line and the commands that follow it. File names are relative to the session's own directory, or
 * begin with `@DIR@`, which stands for that directory.
 */
export interface Session {
  /** The command line, one option with its argument each. The monitor is added by the driver. */
  readonly options: readonly (readonly string[])[];
  readonly steps: readonly Step[];
}

/** A session as two short texts, for people. */
export function sessionText({ options, steps }: Session): { line: string; commands: string[] } {
  return { line: options.flat().map(shellWord).join(' '), commands: steps.map(stepText) };
}

/** A command, as it is sent but for its `id`. */
export function stepText({ execute, arguments: args }: Step): string {
  if (args === undefined) return execute;
  const line = execute === 'human-monitor-command' && Object.keys(args).length === 1 && args['command-line'];
  return typeof line === 'string' ? `hmp ${JSON.stringify(line)}` : `${execute} ${JSON.stringify(args)}`;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
