import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { handOn } from './hang-up.ts';

/** A stream of which a copy of everything that is written to it is taken, too (`logfile`). */
export function copyOutput(inner: Duplex, copy: (chunk: Uint8Array) => void): Duplex {
  const stream = new Duplex({
    read: () => void inner.resume(),
    write(chunk: Uint8Array, _encoding, done) {
      copy(chunk);
      handOn(inner as Socket, chunk, done);
    },
    final: (done) => void inner.end(() => done()),
    destroy(error, done) {
      inner.destroy();
      done(error);
    },
  });
  inner.allowHalfOpen = true;
  inner.on('data', (chunk: Uint8Array) => {
    if (!stream.push(chunk)) inner.pause();
  });
  inner.once('end', () => stream.push(null));
  inner.once('close', () => stream.destroy());
  return stream;
}
