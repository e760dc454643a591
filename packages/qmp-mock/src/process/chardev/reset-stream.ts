import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Ends a stream at once; the peer of a TCP socket gets a RST and sees `ECONNRESET`. A UNIX socket has no
 * reset: its peer sees the end of the stream.
 */
export function resetStream(stream: Duplex): void {
  // A UNIX socket has no address, and Node throws if it is to be reset.
  const resettable = !(stream instanceof Socket) || stream.remoteAddress !== undefined;
  if (resettable && 'resetAndDestroy' in stream && typeof stream.resetAndDestroy === 'function') {
    stream.resetAndDestroy();
  } else {
    stream.destroy();
  }
}
