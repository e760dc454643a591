import { Duplex } from 'node:stream';
import { handOn } from './hang-up.ts';
import type { Socket } from 'node:net';

/** First words of a telnet server: it echoes, suppresses go-ahead, and is binary both ways. */
export const TELNET_GREETING: Buffer = Buffer.from('fffb01fffb03fffb00fffd00', 'hex');

const IAC = 0xff;

/** The socket without telnet's own commands: three bytes from 0xff on, or one 0xff for two. */
export function skipTelnet(socket: Socket): Duplex {
  let skipping = 0;
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
  socket.on('data', (chunk: Buffer) => {
    const kept: number[] = [];
    for (const byte of chunk) {
      if (skipping === 0 && byte === IAC) skipping = 2;
      else if (skipping === 2 && byte === IAC) {
        skipping = 0;
        kept.push(byte);
      } else if (skipping > 0) skipping -= 1;
      else kept.push(byte);
    }
    if (kept.length > 0 && !stream.push(Buffer.from(kept))) socket.pause();
  });
  socket.once('end', () => stream.push(null));
  socket.once('close', () => stream.destroy());
  return stream;
}
