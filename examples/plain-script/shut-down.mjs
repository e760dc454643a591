import { QmpTimeoutError } from 'qmp-core';

/**
 * Asks the guest to shut down, and pulls the plug if it does not within `patience` ms.
 *
 * @param {import('qmp-core').QmpClient} qmp
 * @param {number} patience
 * @returns {Promise<'guest' | 'plug'>} who did it
 */
export async function shutDown(qmp, patience) {
  try {
    await qmp.executeAndWait('system_powerdown', {}, 'SHUTDOWN', { timeout: patience });
    return 'guest';
  } catch (error) {
    if (!(error instanceof QmpTimeoutError)) throw error;
    await qmp.execute('quit');
    return 'plug';
  }
}
