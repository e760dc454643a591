/** Calls that editors strike out, each with a comment that says so, and calls that they leave alone. */
import type { QmpClient } from 'qmp-core';

export async function marked(client: QmpClient): Promise<void> {
  await client.execute('query-status');
  await client.execute('device_del', { id: 'net0' });
  // struck out: QEMU is going to drop this command
  await client.execute('drive-backup', { device: 'disk', target: 'b', sync: 'full' });
  // struck out: QEMU is going to drop this command
  await client.execute('query-kvm');
  // struck out: unstable
  await client.execute('x-query-roms');
  // struck out: unstable
  const text = (await client.execute('x-query-usb', undefined, { timeout: 1000 }))['human-readable-text'];
  console.log(text.length);
  await client.untyped.execute('drive-backup');
}
