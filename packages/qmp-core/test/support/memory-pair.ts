import { Duplex } from 'node:stream';

class End extends Duplex {
  peer: End | undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.peer?.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.peer?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.peer?.readableEnded === false) this.peer.push(null);
    done(error);
  }
}

/** Two streams in memory: what is written to one is read from the other. */
export function memoryPair(): [Duplex, Duplex] {
  const left = new End({ allowHalfOpen: false });
  const right = new End({ allowHalfOpen: false });
  left.peer = right;
  right.peer = left;
  return [left, right];
}
