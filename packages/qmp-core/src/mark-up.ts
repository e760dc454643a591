import type { EventEmitter } from 'node:events';

/**
 * Tells the file that started this program (`scripts/start-program.cjs`) that the program is up: what has
 * been compiled by now is what its next start needs.
 *
 * @example
 * await qemu.start()
 * markUp()
 */
export function markUp(): void {
  (process as EventEmitter).emit('qmp-test:up');
}
