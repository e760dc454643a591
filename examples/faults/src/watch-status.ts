import { QmpClient, QmpError, type QmpAddressInput } from 'qmp-core';

/** A machine's status as a monitoring page shows it. */
export interface Status {
  status: string;
  /** Why it is not known, where it is not. */
  reason?: string;
}

/**
 * Asks a machine for its run state. Never throws, never hangs: a page with twenty machines has to come up.
 */
export async function statusOf(address: QmpAddressInput, timeout: number): Promise<Status> {
  try {
    await using client = await QmpClient.connect(address, { timeout });
    const { status } = await client.execute('query-status', {}, { timeout });
    return { status };
  } catch (error) {
    return { status: 'unknown', reason: error instanceof QmpError ? error.code : String(error) };
  }
}
