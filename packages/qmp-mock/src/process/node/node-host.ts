import process from 'node:process';
import { Duplex } from 'node:stream';
import type { Clock } from '../../engine/clock.ts';
import type { Host } from '../host.ts';
import { NODE_FILES } from './files.ts';
import { writePidFile } from './pid-file.ts';
import { NODE_IMAGE_FILES } from './image-files.ts';
import { whyNotBound } from './ports.ts';
import { dialTo, inheritSocket, listenAt } from './sockets.ts';
import { SystemClock } from './system-clock.ts';

/**
 * A host for a QEMU in this process, except for going into the background and for the end.
 *
 * @example
 * class QuietHost extends NodeHost {
 *   override stderr(): void {}
 *   override daemonize(): boolean { return true }
 *   override ready(): void {}
 *   override exit(code: number): void { process.exitCode = code }
 * }
 */
export abstract class NodeHost implements Host {
  readonly program: string;
  readonly pid: number = process.pid;
  readonly clock: Clock = new SystemClock();
  readonly file: Host['file'] = NODE_FILES;
  readonly images: Host['images'] = NODE_IMAGE_FILES;
  readonly listen: Host['listen'] = listenAt;
  readonly dial: Host['dial'] = dialTo;
  readonly inherit: Host['inherit'] = inheritSocket;
  readonly whyNotBound: Host['whyNotBound'] = whyNotBound;
  readonly stdio: Host['stdio'] = openStdio;

  /** @param program - Name that the program was started by. */
  constructor(program: string) {
    this.program = program;
  }

  stdout(text: string): void {
    process.stdout.write(text);
  }

  stderr(text: string): void {
    process.stderr.write(text);
  }

  writePidFile(path: string): () => void {
    return writePidFile(path, this.pid);
  }

  abstract daemonize(descriptors: readonly number[]): boolean;
  abstract ready(): void;
  abstract exit(code: number, sent: Promise<void>): void;
}

/** Opens stdin and stdout as one stream. */
function openStdio(): Duplex {
  process.stdin.on('error', () => {});
  process.stdout.on('error', () => {});
  return Duplex.from({ readable: process.stdin, writable: process.stdout });
}
