import { NODE_IMAGE_FILES } from '../../process/node/image-files.ts';
import { runImg } from '../../qemu-img/run.ts';

/** Runs `fake-qemu-img` with a command line, and sets the exit status of the process. */
export function main(args: readonly string[]): void {
  process.exitCode = runImg(args, {
    files: NODE_IMAGE_FILES,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    now: () => BigInt(Date.now()) * 1_000_000n,
  });
}
