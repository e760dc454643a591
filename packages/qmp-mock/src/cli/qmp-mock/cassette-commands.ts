import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BoundAddress } from 'qmp-core/transport';
import { CassettePlayer } from '../../cassette/player.ts';
import { RecordingProxy } from '../../cassette/recording-proxy.ts';
import { assertFresh } from '../../cassette/staleness.ts';
import { importLog } from '../../cassette/import-log.ts';
import { readCassette, saveCassette } from '../../cassette/store.ts';
import { printCassetteTranscript } from '../../cassette/transcript.ts';
import { checkVersion } from './check-version.ts';
import { UsageError } from './usage-error.ts';

/** Text of `--help` for the commands that work on cassettes. */
export const CASSETTE_HELP: string = `
Cassettes, conversations that are recorded with QEMU and replayed without it:

  qmp-mock record --target ADDRESS --listen ADDRESS --out FILE [--times coarse|exact|none]
                      relay and record the conversations of clients with the QEMU at the target, until QEMU ends or a signal comes
  qmp-mock replay --listen ADDRESS… [--dial ADDRESS…] [--order strict|any] [--pace at-once|recorded] [--against VERSION] CASSETTE
                      serve the recording; exit status 1 if the clients differ from the recording
  qmp-mock show CASSETTE
                      print a cassette as a chat
  qmp-mock check --against VERSION CASSETTE…
                      list used commands and events that differ in another QEMU; exit status 1 if there are any
  qmp-mock import LOG --out FILE [--machine NAME] [--schema VERSION]
                      make a cassette from the log of a failed test (qmp-logs/) or from the output of NODE_DEBUG=qmp
`;

type Command = (argv: readonly string[]) => Promise<void> | void;

/** The commands that work on cassettes, by name. */
export const CASSETTE_COMMANDS: Readonly<Record<string, Command>> = {
  record,
  replay,
  show,
  check,
  import: importFile,
};

async function record(argv: readonly string[]): Promise<void> {
  const { values } = parse(argv, ['target', 'listen', 'out', 'times'], 0);
  const target = needed(values, 'target');
  const listen = needed(values, 'listen');
  const out = needed(values, 'out');
  const times = oneOf(values, 'times', ['coarse', 'exact', 'none']);
  let ending: Promise<void> | undefined;
  const proxy = await RecordingProxy.open({
    target,
    times,
    onConversationEnd: (by) => {
      if (by === 'monitor') end();
    },
  });
  async function finish(): Promise<void> {
    await proxy.close();
    const what = proxy.empty
      ? 'no client sent anything; nothing was written'
      : `${out}: ${saveCassette(out, proxy.cassette())}`;
    process.stderr.write(`qmp-mock: ${what}\n`);
  }
  function end(): void {
    ending ??= finish();
  }
  onSignals(end);
  process.stdout.write(`${format(await proxy.listen(listen))}\n`);
}

async function replay(argv: readonly string[]): Promise<void> {
  const { values, files } = parse(argv, ['listen', 'dial', 'order', 'pace', 'against'], 1);
  const listen = values['listen'] ?? [];
  const dial = values['dial'] ?? [];
  if (listen.length + dial.length === 0) {
    throw new UsageError('give an address to serve: --listen ADDRESS, or --dial ADDRESS');
  }
  const player = CassettePlayer.load(files[0]!, {
    order: oneOf(values, 'order', ['strict', 'any']),
    pace: oneOf(values, 'pace', ['at-once', 'recorded']),
    against: versionOf(values, 'against'),
  });
  const end = (): void => void player.close();
  onSignals(end);
  void player.finished.then(end);
  process.once('beforeExit', () => {
    try {
      player.verify();
    } catch (error) {
      process.stderr.write(`qmp-mock: ${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  });
  for (const address of listen) process.stdout.write(`${format(await player.listen(address))}\n`);
  for (const address of dial) await player.dial(address);
}

function show(argv: readonly string[]): void {
  const { files } = parse(argv, [], 1);
  process.stdout.write(`${printCassetteTranscript(readCassette(files[0]!))}\n`);
}

function check(argv: readonly string[]): void {
  const { values, files } = parse(argv, ['against'], Infinity);
  needed(values, 'against');
  const against = versionOf(values, 'against')!;
  for (const file of files) {
    try {
      assertFresh(readCassette(file), against);
      process.stdout.write(`${file}: everything that it uses is the same in QEMU ${against}\n`);
    } catch (error) {
      process.stdout.write(`${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  }
}

function importFile(argv: readonly string[]): void {
  const { values, files } = parse(argv, ['out', 'machine', 'schema'], 1);
  const out = needed(values, 'out');
  const schema = versionOf(values, 'schema');
  const cassette = importLog(readFileSync(files[0]!, 'utf8'), { machine: values['machine']?.at(-1), schema });
  process.stdout.write(`${out}: ${saveCassette(out, cassette)}\n`);
}

type Values = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * Reads the options, each of which takes a value, and the required number of files (`Infinity`: one or more).
 */
function parse(
  argv: readonly string[],
  names: readonly string[],
  files: number,
): { values: Values; files: string[] } {
  const options = Object.fromEntries(
    names.map((name) => [name, { type: 'string', multiple: true } as const]),
  );
  let parsed: { values: unknown; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  const isRight = files === Infinity ? positionals.length > 0 : positionals.length === files;
  if (!isRight) {
    const wanted = files === 0 ? 'no file' : files === 1 ? 'one file' : 'one file or more';
    throw new UsageError(`this takes ${wanted}, and was given ${positionals.length}`);
  }
  return { values: values as Values, files: positionals };
}

function needed(values: Values, name: string): string {
  const value = values[name]?.at(-1);
  if (value === undefined) throw new UsageError(`--${name} is needed`);
  return value;
}

function oneOf<T extends string>(values: Values, name: string, known: readonly T[]): T | undefined {
  const value = values[name]?.at(-1);
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new UsageError(`--${name} ${value}: choose one of ${known.join(', ')}`);
  return found;
}

function versionOf(values: Values, name: string): string | undefined {
  const value = values[name]?.at(-1);
  return value === undefined ? undefined : checkVersion(`--${name}`, value);
}

function onSignals(end: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
}

function format(address: BoundAddress): string {
  return 'path' in address ? `unix:${address.path}` : `${address.host}:${address.port}`;
}
