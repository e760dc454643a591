import type { Duplex } from 'node:stream';

/**
 * Notices the end of a stream that nobody reads from yet: what it holds stays in it for whoever reads later.
 *
 * @returns A function that stops watching.
 */
export function watchEnd(stream: Duplex, onEnd: () => void): () => void {
  const look = (): void => {
    // With nothing left to read, this brings the end about.
    if (stream.readableLength === 0) stream.read();
  };
  stream.on('readable', look);
  stream.once('end', onEnd);
  stream.once('close', onEnd);
  return () => {
    stream.off('readable', look);
    stream.off('end', onEnd);
    stream.off('close', onEnd);
  };
}
