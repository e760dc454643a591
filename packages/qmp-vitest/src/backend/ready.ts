import { QmpCommandError, type QmpClient } from 'qmp-core';
import { UNRECORDED_ID } from '../transcript/unrecorded.ts';

/** Time in ms that an idle machine may take to answer. */
const READY_TIMEOUT = 3000;

/**
 * Whether a machine still answers after everything that it was told before. It sends `qmp_capabilities`,
 * which is always refused in mid-session and changes nothing. A mock counts it as part of the handshake.
 */
export async function stillAnswers(client: QmpClient): Promise<boolean> {
  try {
    await client.untyped.execute('qmp_capabilities', {}, { id: UNRECORDED_ID, timeout: READY_TIMEOUT });
    return true;
  } catch (error) {
    return error instanceof QmpCommandError;
  }
}
