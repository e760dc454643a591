import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers';

/**
 * Makes the stream that a QEMU sees that notices a hang-up before it reads on. Bytes that a client sent right
 * before it closed its socket are lost. A client that only ends its half is still answered.
 *
 * If the end comes with the last bytes, the system tells the two apart: writing nothing to a UNIX socket
 * fails (`EPIPE`) once the other end is closed, and succeeds if that only sends no more.
 *
 * @example
 * server.on('connection', (socket) => mock.serve(dropOnHangUp(socket)))
 */
export function dropOnHangUp(socket: Socket): Duplex {
  let held: Buffer[] = [];
  // A client that has ended its half is still to be written to.
  socket.allowHalfOpen = true;
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Uint8Array, _encoding, done) => handOn(socket, chunk, done),
    final: (done) => void socket.end(() => done()),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  let isEnding = false;
  const release = (): void => {
    const chunks = held;
    held = [];
    let full = false;
    for (const chunk of chunks) full = !stream.push(chunk) || full;
    if (full) socket.pause();
  };
  socket.on('data', (chunk: Buffer) => {
    if (held.length === 0) {
      setImmediate(() => {
        if (!isEnding) release();
      });
    }
    held.push(chunk);
  });
  socket.once('end', () => {
    if (held.length === 0) return void stream.push(null);
    isEnding = true;
    socket.write('', (error) => {
      if (error === null || error === undefined) {
        release();
        stream.push(null);
      } else stream.destroy();
    });
  });
  socket.once('close', () => stream.destroy());
  return stream;
}

/** Writes to a socket for a stream in front of it: at once, unless the client doesn't read. */
export function handOn(socket: Socket, chunk: Uint8Array, done: () => void): void {
  if (socket.write(chunk)) done();
  else socket.once('drain', done);
}
