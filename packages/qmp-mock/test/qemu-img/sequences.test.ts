import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closeChain, openImage } from '../../src/machine/block/image/open-image.ts';
import { NODE_IMAGE_FILES, runImg } from '../../src/qemu-img/index.ts';
import type { ImageFiles } from '../../src/qemu-img/index.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

interface Run {
  readonly run: readonly string[];
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
interface Io {
  readonly file: string;
  readonly format: string;
  readonly io: readonly string[];
}

/** Recorded by `pnpm tools record images`. */
const SEQUENCES = readFileSync(new URL('sequences.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as (Run | Io)[]);

describe('qemu-img says and does what the real one did', () => {
  test.for(SEQUENCES.map((steps, index) => [index, steps] as const))('sequence %i', ([, steps]) => {
    const files = filesIn(temporaryDirectory('qmp-img-'));
    for (const step of steps) {
      if ('io' in step) {
        for (const each of step.io) doIo(files, step, each);
        continue;
      }
      const { run, ...recorded } = step;
      expect({ run, ...img(files, run) }).toEqual({ run, ...recorded });
    }
  });
});

/** Single lines, right and wrong ones, and how the images are made that they name. */
const [FIRST = '', ...LINES] = readFileSync(new URL('lines.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const { preparation, written } = JSON.parse(FIRST) as {
  readonly preparation: readonly (readonly [program: string, ...args: string[]])[];
  readonly written: readonly (readonly [name: string, contents: string])[];
};

test('a line of qemu-img gets what the real one said, or few of them that it is not modelled', () => {
  const images = temporaryDirectory('qmp-img-');
  makeImages(images);
  const directory = temporaryDirectory('qmp-img-');
  const honest: string[] = [];
  for (const line of LINES) {
    const recorded = JSON.parse(line) as Run;
    rmSync(directory, { recursive: true });
    cpSync(images, directory, { recursive: true });
    const said = { run: recorded.run, ...img(filesIn(directory), recorded.run) };
    if (said.stderr.includes('does not model')) honest.push(line);
    else expect(said).toEqual(recorded);
  }
  expect(honest.length).toBeLessThan(LINES.length / 50);
});

function makeImages(directory: string): void {
  mkdirSync(join(directory, 'directory'));
  for (const [name, contents] of written) writeFileSync(join(directory, name), contents);
  const files = filesIn(directory);
  for (const [program, ...args] of preparation) {
    if (program === 'qemu-img') {
      expect(img(files, args).status).toBe(0);
      continue;
    }
    // `-f FORMAT -c COMMAND… FILE`
    const io = args.filter((_, index) => args[index - 1] === '-c');
    for (const each of io) doIo(files, { file: args.at(-1) ?? '', format: args[1] ?? '', io }, each);
  }
}

/** Files whose names begin in a directory. */
function filesIn(directory: string): ImageFiles {
  const at = (path: string): string => (path === '' || path.startsWith('/') ? path : join(directory, path));
  return {
    ...NODE_IMAGE_FILES,
    open: (path, how) => NODE_IMAGE_FILES.open(at(path), how),
    remove: (path) => NODE_IMAGE_FILES.remove(at(path)),
  };
}

function img(files: ImageFiles, args: readonly string[]): Omit<Run, 'run'> {
  let stdout = '';
  let stderr = '';
  const status = runImg(args, {
    files,
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    now: () => 1_700_000_000_123_456_789n,
  });
  return {
    status,
    stdout: stdout
      .replace(/^qemu-img version [^]*usage:[^]*$/, 'HELP')
      .replaceAll(/disk size: .*/g, 'disk size: N')
      .replaceAll(/"actual-size": \d+/g, '"actual-size": N')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
      .replaceAll(/"date-n?sec": \d+/g, '"date": N')
      .replaceAll(/(Image end offset: |"image-end-offset": )\d+/g, '$1N')
      .replaceAll(/(?: *\(\d+\.\d+\/100%\)\r)+/g, 'PROGRESS'),
    stderr: stderr.replaceAll(/#block\d+/g, '#blockN'),
  };
}

/** Does what `qemu-io` does with `write -P BYTE OFFSET LENGTH` and `write -z OFFSET LENGTH`. */
function doIo(files: ImageFiles, { file, format }: Io, command: string): void {
  const [, byte, offset = '0', length = '0'] = /^write (?:-P (\d+)|-z) (\w+) (\w+)$/.exec(command) ?? [];
  const start = bytes(offset);
  const size = bytes(length);
  const image = openImage(files, file, { format, writable: true });
  try {
    // Like `qemu-io`, which writes nothing if a part lies behind the end.
    if (start + size > image.size) return;
    if (byte === undefined) image.zero(start, size);
    else image.write(start, new Uint8Array(size).fill(Number(byte)));
  } finally {
    closeChain(image);
  }
}

function bytes(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('k') ? 1024 : 1);
}
