import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { learn } from '../../learn/learn.ts';
import { LearnError } from '../../learn/learn-error.ts';
import { identify } from '../../learn/qemu/identify.ts';
import { writeFolder } from '../../learn/write-folder.ts';
import { TARGET } from '../../version/data-format.ts';
import { UsageError } from './usage-error.ts';

/** Deadline of each answer, in seconds. */
const TIMEOUT = 20;

/** `qmp-mock learn`: writes a folder with everything that the mock needs to know about a new QEMU. */
export async function learnCommand(argv: readonly string[]): Promise<void> {
  const { binary, out, timeout, devices } = readArguments(argv);
  const file = binary.includes('/') ? resolve(binary) : onPath(binary);
  const program = await identify(file, timeout);
  const folder = resolve(out ?? `qemu-${program.version}`);
  assertOurs(folder);
  const learned = await learn(program, { deadline: timeout, devices });
  writeFolder(folder, learned);
  for (const note of learned.notes) process.stderr.write(`qmp-mock: not learned: ${note}\n`);
  process.stdout.write(`${folder}: QEMU ${learned.version}, ${learned.target}\n`);
}

function readArguments(argv: readonly string[]): {
  binary: string;
  out: string | undefined;
  timeout: number;
  devices: boolean;
} {
  const options = {
    out: { type: 'string' },
    timeout: { type: 'string' },
    devices: { type: 'boolean' },
  } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [binary, ...rest] = positionals;
  if (binary === undefined || rest.length > 0)
    throw new UsageError('learn takes one QEMU: learn -- PATH-TO-QEMU');
  const seconds = Number(values.timeout ?? TIMEOUT);
  if (!(seconds > 0 && seconds <= 3600))
    throw new UsageError(`--timeout ${values.timeout}: seconds, more than 0`);
  return { binary, out: values.out, timeout: seconds * 1000, devices: values.devices === true };
}

function onPath(name: string): string {
  const file = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (file !== undefined) return file;
  throw new LearnError(`There is no ${name} on PATH. Give the path of a qemu-system-x86_64.`);
}

/** Refuses to replace a folder that this command didn't write. */
function assertOurs(folder: string): void {
  const place = join(folder, TARGET);
  if (!existsSync(place) || readdirSync(place).length === 0 || existsSync(join(place, 'profile.json')))
    return;
  throw new UsageError(
    `--out ${folder}: ${place} exists, and this command didn't write it; give another folder`,
  );
}
