import { QmpCommandError, type QmpClient } from 'qmp-core';

/**
 * Takes a device out of a running guest. The guest has a say in it: QEMU only asks, and tells later by an
 * event whether the guest has let go.
 */
export async function unplug(qmp: QmpClient, id: string): Promise<'gone' | 'refused' | 'not there'> {
  try {
    const { event } = await qmp.executeAndWait(
      'device_del',
      { id },
      ['DEVICE_DELETED', 'DEVICE_UNPLUG_GUEST_ERROR'],
      { match: { device: id }, timeout: 10_000 },
    );
    return event.event === 'DEVICE_DELETED' ? 'gone' : 'refused';
  } catch (error) {
    if (error instanceof QmpCommandError && error.class === 'DeviceNotFound') return 'not there';
    throw error;
  }
}
