import { readFileSync } from 'node:fs';

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
    const directory = temporaryDirectory('qmp-img-');
    const files: ImageFiles = {
      ...NODE_IMAGE_FILES,
      open: (path, how) => NODE_IMAGE_FILES.open(path.startsWith('/') ? path : join(directory, path), how),
    };
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
