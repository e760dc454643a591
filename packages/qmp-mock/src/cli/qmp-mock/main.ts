import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BoundAddress } from 'qmp-core/transport';
import { MockQmp } from '../../mock/mock-qmp.ts';
import { CASSETTE_COMMANDS, CASSETTE_HELP } from './cassette-commands.ts';
import { HELP, LEARN_HELP, readOptions, type MockCommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

/** The required export of a script file. */
type ScriptFunction = (mock: MockQmp) => unknown;

const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<void> | void>> = {
  ...CASSETTE_COMMANDS,
  // Loaded only here: nobody else asks a real QEMU.
  learn: async (argv) => (await import('./learn-command.ts')).learnCommand(argv),
};

/** Runs the command: the whole life of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const [name = '', ...rest] = argv;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined || rest.includes('--help')) await run(readOptions(command ? ['--help'] : argv));
    else await command(rest);
  } catch (error) {
    process.stderr.write(`qmp-mock: ${(error as Error).message}\n`);
    if (error instanceof UsageError) process.stderr.write('Try "qmp-mock --help".\n');
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.exit();
  }
}

async function run(options: MockCommandLine): Promise<void> {
  if (options.help) {
    process.stdout.write(HELP + LEARN_HELP + CASSETTE_HELP);
    return;
  }
  if (options.version) {
    process.stdout.write(`${packageVersion()}\n`);
    return;
  }
  const mock = new MockQmp({
    qemu: options.qemu,
    pretty: options.pretty,
    oob: options.oob,
    onNotModelled: options.notModelled,
    clock: 'system',
    args: options.args,
  });
  if (options.script !== undefined) await runScript(options.script, mock);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => mock.machine.terminate());
  }
  // The machine's end closes every monitor; then nothing keeps the process alive.
  process.once('beforeExit', () => end(mock, options));
  await mock.start();
  for (const address of options.listen) {
    process.stdout.write(`${format(await mock.listen(address))}\n`);
  }
  for (const address of options.dial) await mock.dial(address);
}

async function runScript(file: string, mock: MockQmp): Promise<void> {
  const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  const script = module['default'] ?? module['script'];
  if (typeof script !== 'function') {
    throw new Error(`${file} exports neither a default function nor a function "script"`);
  }
  await (script as ScriptFunction)(mock);
}

function end(mock: MockQmp, options: MockCommandLine): void {
  process.exitCode = mock.exitCode ?? 0;
  if (!options.verify) return;
  try {
    mock.verify();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

function format(address: BoundAddress): string {
  return 'path' in address ? `unix:${address.path}` : `${address.host}:${address.port}`;
}

function packageVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
