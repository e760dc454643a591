/**
 * Command lines from the documents and tests of public projects, with local files in place of theirs, TCG in
 * place of KVM, user networks in place of taps, and ports in place of TLS ports. They are started in memory
 * and compared with how real QEMUs started: the same exit status and the same stderr, or an honest "does not
 * model".
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadProfile } from '../../src/version/load-profile.ts';
import { knownVersions } from '../../src/version/version-folders.ts';
import { readArguments } from '../../src/process/command-line/read-arguments.ts';
import { StartError } from '../../src/process/command-line/start-error.ts';
import { VirtualQemu } from '../../src/process/virtual-qemu.ts';
import type { ClientStream, SocketRequest } from '../../src/process/host.ts';
import { MemoryHost } from '../support/memory-host.ts';

/** How a real QEMU started: `exit` is missing if it came up. */
interface Outcome {
  readonly exit?: number;
  readonly stderr: string;
}

interface PublicLine {
  /** Project, or page, that the line is from. */
  readonly source: string;
  readonly words: readonly string[];
  /** How QEMU started with it, by version. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** Lines of a file. */
function linesOf(name: string): readonly PublicLine[] {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as PublicLine);
}

/** From documents and tests of public projects, and written after QEMU's manual. */
const FILES = ['public.jsonl', 'manual.jsonl'].map((name) => ({ name, lines: linesOf(name) }));

/** Share of lines that have to be the same; the others are honest. */
const SHARE = 0.97;

/** The head of a qcow2 image of 64 MiB, of version 3, without a backing file. */
const QCOW2 = `QFI\u00FB\0\0\0\u0003${'\0'.repeat(16)}\0\0\0\0\u0004\0\0\0${'\0'.repeat(68)}\0\0\0\u0068${'\0'.repeat(64_000)}`;

/** How many disks of a kind there are. */
const DISKS = 16;

/** A host where nobody listens. */
class QuietHost extends MemoryHost {
  override dial(request: SocketRequest): Promise<ClientStream> {
    if (request.place.kind !== 'unix') return super.dial(request);
    return Promise.reject(Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', errno: -2 }));
  }
}

function hostWithFiles(): MemoryHost {
  const host = new QuietHost();
  const numbers = Array.from({ length: DISKS }, (_, number) => number);
  const raw = ['r.img', 'cd.iso', 'halt.bin', ...numbers.map((number) => `r${number}.img`)];
  for (const number of numbers) host.files.set(`d${number}.qcow2`, QCOW2);
  for (const name of raw) host.files.set(name, '\0'.repeat(1024 ** 2));
  for (const name of ['/dev/urandom', '/dev/null']) host.files.set(name, '');
  return host;
}

async function start(words: readonly string[], version: string): Promise<Outcome> {
  const profile = loadProfile(version);
  const host = hostWithFiles();
  const { program, file } = host;
  const { printed, plan, refusal, warnings } = readArguments(words, { profile, program, file });
  const ended = (exit: number | undefined, error?: StartError): Outcome => {
    const said = `${warnings.map((text) => `${text}\n`).join('')}${host.errors}${error?.format(program) ?? ''}`;
    const stderr = said.replaceAll(`${program}:`, 'QEMU:').trimEnd();
    return exit === undefined ? { stderr } : { exit, stderr };
  };
  if (plan === undefined) return ended(refusal?.code ?? printed?.exitCode ?? 0, refusal);
  const qemu = new VirtualQemu({ plan, profile, host });
  try {
    await qemu.start();
    return ended(undefined);
  } catch (error) {
    if (error instanceof StartError) return ended(error.code, error);
    throw error;
  } finally {
    await qemu.close();
  }
}

/** Versions that were recorded and that there are. */
const VERSIONS = knownVersions().filter((version) =>
  FILES.some(({ lines }) => lines.some(({ outcomes }) => version in outcomes)),
);

describe.each(VERSIONS)('QEMU %s', (version) => {
  test.each(FILES)('the command lines of $name start, or are refused, as by QEMU', async ({ lines }) => {
    const wrong: unknown[] = [];
    let same = 0;
    for (const { source, words, outcomes } of lines) {
      const theirs = outcomes[version];
      const ours = await start(words, version);
      if (theirs?.exit === ours.exit && theirs?.stderr === ours.stderr) same += 1;
      else if (!ours.stderr.includes('qmp-mock does not model')) {
        wrong.push({ line: words.join(' '), source, theirs, ours });
      }
    }
    expect(wrong).toEqual([]);
    expect(same / lines.length).toBeGreaterThanOrEqual(SHARE);
  });
});
