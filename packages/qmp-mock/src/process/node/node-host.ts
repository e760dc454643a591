import process from 'node:process';
import { Duplex } from 'node:stream';
import type { Clock } from '../../engine/clock.ts';
import type { Host } from '../host.ts';
import { NODE_FILES, writePidFile } from './files.ts';
import { dialTo, inheritSocket, listenAt } from './sockets.ts';
import { SystemClock } from './system-clock.ts';

/** This process as the surroundings of a QEMU, but for going into the background, and for the end. */
export abstract class NodeHost implements Host {
  readonly program: string;
  readonly pid: number = process.pid;
  readonly clock: Clock = new SystemClock();
  readonly file: Host['file'] = NODE_FILES;
  readonly listen: Host['listen'] = listenAt;
  readonly dial: Host['dial'] = dialTo;
  readonly inherit: Host['inherit'] = inheritSocket;
  readonly stdio: Host['stdio'] = openStdio;

  /** @param program - Name that it was called by. */
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

/** Standard input and output as one stream. */
function openStdio(): Duplex {
  process.stdin.on('error', () => {});
  process.stdout.on('error', () => {});
  return Duplex.from({ readable: process.stdin, writable: process.stdout });
}
