/** `qmp-core shell`: a conversation with a monitor. */

import { parseArgs } from 'node:util';
import { QmpClient } from '../client.ts';
import { QmpConnectError, QmpError } from '../errors.ts';
import { History } from '../shell/history.ts';
import { runShell } from '../shell/shell.ts';
import { CliError, reasonOf } from './cli-error.ts';

const DEFAULT_TIMEOUT = 10_000;

/** Text that `qmp-core shell --help` prints. */
export const SHELL_USAGE: string = `Usage: qmp-core shell [options] <address>

Speaks QMP to a monitor: /run/vm.sock, unix:PATH, HOST:PORT or tcp:HOST:PORT. At a terminal it completes
commands, keys and values from the monitor's own schema, keeps a history, and shows events as they come.
Otherwise it reads a command a line from its input, and ends with 1 if one was refused.

  -c, --command <line>  say this line instead of reading the input; may be given more than once
  --json                print each reply and event as one line of JSON
  --hmp                 speak to the human monitor
  --history <file>      keep the lines for the next session (0600; lines with secrets are left out)
  --timeout <ms>        time to connect in; default ${DEFAULT_TIMEOUT}
  -h, --help            this text
`;

const OPTIONS = {
  command: { type: 'string', short: 'c', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
  hmp: { type: 'boolean', default: false },
  history: { type: 'string' },
  timeout: { type: 'string', default: String(DEFAULT_TIMEOUT) },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Runs the command with these arguments (those after `shell`).
 *
 * @returns The exit status.
 * @throws CliError for a wrong command line, or a monitor that can't be reached.
 */
export async function shellCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(SHELL_USAGE);
    return 0;
  }
  const [address, ...more] = positionals;
  if (address === undefined || more.length > 0) {
    throw new CliError(`Give one address, got ${positionals.length}. See qmp-core shell --help.`);
  }
  const timeout = Number(values.timeout);
  if (!Number.isSafeInteger(timeout) || timeout <= 0 || timeout > 2 ** 31 - 1) {
    throw new CliError(`--timeout must be a number of ms above 0; got ${JSON.stringify(values.timeout)}.`);
  }
  const history = openHistory(values.history);
  const client = await connect(address, timeout);
  const { stdin: input, stdout: output, stderr: errors } = process;
  try {
    return await runShell(client, {
      input,
      output,
      errors,
      terminal: input.isTTY && output.isTTY,
      colours: output.isTTY && !process.env['NO_COLOR'],
      json: values.json,
      hmp: values.hmp,
      lines: values.command,
      history,
    });
  } catch (error) {
    if (error instanceof QmpError) throw new CliError(error.message, { cause: error });
    throw error;
  } finally {
    await client.close();
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw new CliError(`${reasonOf(error)}\nSee qmp-core shell --help.`, { cause: error });
  }
}

function openHistory(path: string | undefined): History {
  try {
    return new History(path);
  } catch (error) {
    throw new CliError(`Cannot read ${path}: ${reasonOf(error)}.`, { cause: error });
  }
}

async function connect(address: string, timeout: number): Promise<QmpClient> {
  try {
    return await QmpClient.connect(address, { timeout });
  } catch (error) {
    if (error instanceof QmpConnectError) throw new CliError(error.message, { cause: error });
    throw error;
  }
}
