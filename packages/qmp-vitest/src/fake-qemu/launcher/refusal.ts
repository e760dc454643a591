import { connect } from 'node:net';
import type { RefusedLine } from '../control-protocol.ts';

const REFUSED: RefusedLine = { type: 'refused start' };

/**
 * Tells the test that a start was refused. A test that is blocked reads it later; one that is gone doesn't
 * need to know.
 *
 * @param path - Socket that the test listens on.
 */
export async function tellOfRefusal(path: string): Promise<void> {
  const socket = connect(path);
  await new Promise<void>((resolve) => {
    socket.on('error', () => resolve());
    socket.write(`${JSON.stringify(REFUSED)}\n`, () => resolve());
  });
}
