import { QmpCommandError } from 'qmp-core';

/**
 * Puts another image into a drive. Where the guest holds the tray, waits for `pause` ms and asks again, three times at most.
 *
 * @param {import('qmp-core').QmpClient} qmp
 * @param {string} id of the drive
 * @param {string} filename of the image
 * @param {number} pause in ms
 */
export async function changeMedium(qmp, id, filename, pause = 1000) {
  for (let attempt = 1; ; attempt++) {
    try {
      await qmp.execute('blockdev-change-medium', { id, filename, 'read-only-mode': 'read-only' });
      return attempt;
    } catch (error) {
      const locked = error instanceof QmpCommandError && error.desc.includes('is locked');
      if (!locked || attempt === 3) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
