import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';

/** Resolves when nobody holds the other end of a pipe any more. */
export async function endOf(path: string): Promise<void> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: true, writable: false });
  await new Promise<void>((done) =>
    pipe
      .on('error', () => done())
      .on('close', () => done())
      .resume(),
  );
}
