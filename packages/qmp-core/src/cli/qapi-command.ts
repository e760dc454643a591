/** `qmp-core qapi`: TypeScript types for the user's own QEMU. */

import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generateTypes } from '../qapi-gen/generate.ts';
import { IntrospectionError, readIntrospection } from '../qapi-gen/introspection.ts';
import { CliError, reasonOf } from './cli-error.ts';
import { introspect, type IntrospectedQemu } from './introspect.ts';

/** The streams that a command writes to. */
export interface CliOutput {
  out: (text: string) => void;
  err: (text: string) => void;
}

const DEFAULT_TIMEOUT = 10_000;

/** Text that `qmp-core qapi --help` prints. */
export const QAPI_USAGE: string = `Usage: qmp-core qapi --qemu <binary> [--out <file>] [--name <type>]
       qmp-core qapi --schema <file> [--out <file>] [--name <type>]

Writes the commands and events of a QEMU as TypeScript types, from the schema that it gives itself
(query-qmp-schema). The result has types only, and is for QmpClient<Qapi>.

  --qemu <binary>       qemu-system-* or qemu-storage-daemon: a path, or a name on PATH.
                        It is started without a machine, and ended again.
  --schema <file>       a saved reply to query-qmp-schema instead, as JSON; "-" is standard input
  --out <file>          where to write; default, and "-": standard output
  --name <type>         name of the schema type; default "Qapi"
  --save-schema <file>  write the schema as JSON as well, for --schema
  --timeout <ms>        time that the QEMU may take to answer; default ${DEFAULT_TIMEOUT}
  -h, --help            this text
`;

const OPTIONS = {
  qemu: { type: 'string' },
  schema: { type: 'string' },
  out: { type: 'string', default: '-' },
  name: { type: 'string', default: 'Qapi' },
  'save-schema': { type: 'string' },
  timeout: { type: 'string', default: String(DEFAULT_TIMEOUT) },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Runs the command with these arguments (those after `qapi`).
 *
 * @throws CliError for a wrong command line, a QEMU or a dump without a schema, an output that cannot be
 *   written.
 */
export async function qapiCommand(args: readonly string[], output: CliOutput): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    output.out(QAPI_USAGE);
    return;
  }
  if ((options.qemu === undefined) === (options.schema === undefined))
    throw new CliError('Give either --qemu <binary> or --schema <file>. See qmp-core qapi --help.');
  if (!/^[A-Za-z_$][\w$]*$/.test(options.name))
    throw new CliError(`--name must be an identifier, such as MyQapi; got ${JSON.stringify(options.name)}.`);
  const timeout = Number(options.timeout);
  if (!Number.isSafeInteger(timeout) || timeout <= 0 || timeout > 2 ** 31 - 1)
    throw new CliError(`--timeout must be a number of ms above 0; got ${JSON.stringify(options.timeout)}.`);

  const { schema, source } =
    options.qemu === undefined
      ? await readDump(options.schema ?? '-')
      : await introspect(options.qemu, timeout);
  const text = generate(schema, source, options.name);
  if (options['save-schema'] !== undefined)
    await write(options['save-schema'], `${JSON.stringify(schema)}\n`, output);
  await write(options.out, text, output);
  if (options.out !== '-') output.err(`${options.out}: the types of ${source}\n`);
}

function parseOptions(args: readonly string[]): ReturnType<typeof parse>['values'] {
  try {
    return parse(args).values;
  } catch (error) {
    throw new CliError(`${reasonOf(error)}\nSee qmp-core qapi --help.`, { cause: error });
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true });
}

async function readDump(file: string): Promise<IntrospectedQemu> {
  const named = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    // Descriptor 0 rather than process.stdin, which would be left open and keep the process alive.
    text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (error) {
    throw new CliError(`Cannot read ${named}: ${reasonOf(error)}.`, { cause: error });
  }
  try {
    return { schema: JSON.parse(text), source: named };
  } catch (error) {
    throw new CliError(`${named} is not JSON: ${reasonOf(error)}`, { cause: error });
  }
}

function generate(schema: unknown, source: string, name: string): string {
  try {
    return generateTypes(readIntrospection(schema), { name, source });
  } catch (error) {
    if (!(error instanceof IntrospectionError)) throw error;
    throw new CliError(`${source} isn't an introspection schema: ${error.message}`, { cause: error });
  }
}

async function write(file: string, text: string, output: CliOutput): Promise<void> {
  if (file === '-') {
    output.out(text);
    return;
  }
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new CliError(`Cannot write ${file}: ${reasonOf(error)}.`, { cause: error });
  }
}
