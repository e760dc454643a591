import { QmpCommandError, type QmpClient } from 'qmp-core';
import { UNRECORDED_ID } from '../transcript/unrecorded.ts';

/** How long a machine that nobody uses may take to answer, in ms. */
const READY_TIMEOUT = 3000;

/**
 * Whether a machine still answers, behind all that was said to it before. Asks for what is always refused in
 * mid-session, and changes nothing: `qmp_capabilities`. A mock counts it as part of the handshake.
 */
export async function stillAnswers(client: QmpClient): Promise<boolean> {
  try {
    await client.untyped.execute('qmp_capabilities', {}, { id: UNRECORDED_ID, timeout: READY_TIMEOUT });
    return true;
  } catch (error) {
    return error instanceof QmpCommandError;
  }
}
