/* oxlint-disable typescript/no-unnecessary-type-arguments -- the schema is the default one only here */
/**
 * Forty calls as programs make them. This compiles against the schema of each QEMU version, with each
 * supported compiler, and as it stands: nothing is cast.
 */
import type { QmpClient } from 'qmp-core';
// The type tests put the schema of each version in the place of this one.
import type { DefaultQapi as Qapi } from 'qmp-core';

export async function inspect(client: QmpClient<Qapi>): Promise<string[]> {
  const seen: string[] = [];
  const status = await client.execute('query-status');
  if (status.status === 'running' || status.status === 'paused') seen.push(`running: ${status.running}`);

  const { qemu } = await client.execute('query-version');
  if (qemu.major * 100 + qemu.minor >= 702) seen.push(`QEMU ${qemu.major}.${qemu.minor}.${qemu.micro}`);

  const name = (await client.execute('query-name')).name;
  if (name !== undefined) seen.push(name.toUpperCase());
  seen.push((await client.execute('query-uuid', {})).UUID);
  for (const command of await client.execute('query-commands')) seen.push(command.name);
  for (const machine of await client.execute('query-machines')) {
    seen.push(`${machine.name}: ${machine['cpu-max'] + 1} ${machine.alias ?? ''}`);
  }
  for (const cpu of await client.execute('query-cpus-fast')) {
    if (cpu.target === 's390x') seen.push(cpu['cpu-state'] satisfies string);
    seen.push(`${cpu['cpu-index'] + 1} ${cpu.props?.['core-id'] ?? 'none'}`);
  }
  const memory = await client.execute('query-memory-size-summary');
  seen.push((Number(memory['base-memory']) / 2 ** 20).toFixed());
  for (const device of await client.execute('query-memory-devices')) {
    if (device.type === 'dimm') seen.push(`${BigInt(device.data.addr)} ${device.data.slot + 1}`);
    if (device.type === 'virtio-mem') seen.push(`${device.data['requested-size'] > 1024}`);
  }
  for (const thread of await client.execute('query-iothreads')) seen.push(thread.id);
  const target: string = (await client.execute('query-target')).arch;
  seen.push(target);
  for (const type of await client.execute('qom-list-types', { implements: 'device', abstract: false })) {
    seen.push(type.name);
  }
  for (const property of await client.execute('qom-list', { path: '/machine' })) seen.push(property.type);
  const value: unknown = await client.execute('qom-get', { path: '/machine', property: 'type' });
  if (typeof value === 'string') seen.push(value);
  await client.execute('qom-set', { path: '/machine', property: 'x', value: [1, { deep: null }] });
  for (const option of await client.execute('query-command-line-options', { option: 'chardev' })) {
    for (const parameter of option.parameters) if (parameter.type === 'size') seen.push(parameter.name);
  }
  for (const info of await client.execute('query-qmp-schema')) {
    if (info['meta-type'] === 'command') seen.push(info['arg-type'], `${info['allow-oob'] === true}`);
    if (info['meta-type'] === 'enum') seen.push(...info.members.map((member) => member.name));
  }
  seen.push(await client.execute('human-monitor-command', { 'command-line': 'info version' }));
  return seen;
}

export async function block(client: QmpClient<Qapi>, size: bigint): Promise<void> {
  await client.execute('blockdev-create', {
    'job-id': 'make',
    options: { driver: 'file', filename: 'a', size },
  });
  await client.execute('job-dismiss', { id: 'make' });
  await client.execute('blockdev-add', {
    driver: 'qcow2',
    'node-name': 'disk',
    file: { driver: 'file', filename: 'a.qcow2', locking: 'off' },
    'overlap-check': 'none',
    backing: null,
  });
  await client.execute('blockdev-add', { driver: 'null-co', 'node-name': 'null0', size: 4096 });
  await client.execute('blockdev-snapshot-sync', { device: 'disk', 'snapshot-file': 'b', mode: 'existing' });
  await client.execute('blockdev-mirror', {
    'job-id': 'copy',
    device: 'disk',
    target: 'null0',
    sync: 'full',
  });
  await client.execute('block-job-set-speed', { device: 'copy', speed: 2n ** 60n });
  await client.execute('block_resize', { 'node-name': 'disk', size });
  await client.execute('transaction', {
    actions: [
      { type: 'blockdev-backup', data: { device: 'disk', target: 'null0', sync: 'none' } },
      { type: 'block-dirty-bitmap-add', data: { node: 'disk', name: 'bitmap', granularity: 65_536 } },
      { type: 'abort', data: {} },
    ],
  });
  const nodes = await client.execute('query-named-block-nodes', { flat: true });
  for (const node of nodes) {
    const specific = node.image['format-specific'];
    if (specific?.type === 'qcow2' && specific.data.compat === '1.1') console.log(node.image['virtual-size']);
  }
  const jobs = await client.execute('query-block-jobs');
  if (jobs.some((job) => job.type === 'mirror' && job.ready && job.len === job.offset)) {
    await client.execute('job-complete', { id: 'copy' }, { timeout: 1000 });
  }
  const [block0] = await client.execute('query-block');
  if (block0?.inserted?.image.filename === 'a' && block0['io-status'] === 'ok') {
    await client.execute('eject', { id: block0.qdev, force: true });
  }
  const [stats] = await client.execute('query-blockstats', { 'query-nodes': true });
  console.log(stats?.stats.rd_operations.toFixed(), stats?.stats.wr_total_time_ns);
  await client.execute('blockdev-del', { 'node-name': 'disk' });
}

export async function devices(client: QmpClient<Qapi>): Promise<void> {
  await client.execute('object-add', { 'qom-type': 'memory-backend-ram', id: 'ram1', size: 1n << 30n });
  await client.execute('chardev-add', {
    id: 'serial',
    backend: {
      type: 'socket',
      data: { addr: { type: 'unix', data: { path: '/run/serial' } }, server: true, wait: false },
    },
  });
  await client.execute('netdev_add', { type: 'user', id: 'net0', hostfwd: [{ str: 'tcp::2222-:22' }] });
  await client.execute('device_add', { driver: 'virtio-net-pci', id: 'nic', netdev: 'net0', vectors: 4 });
  await client.execute('device_del', { id: 'nic' });
  await client.execute('send-key', {
    keys: [
      { type: 'qcode', data: 'ctrl' },
      { type: 'number', data: 30 },
    ],
  });
  await client.execute('screendump', { filename: '/tmp/screen.png', format: 'png' });
  await client.execute('migrate-set-capabilities', {
    capabilities: [{ capability: 'events', state: true }],
  });
  await client.execute('migrate', { uri: 'unix:/run/migrate' });
  const migration = await client.execute('query-migrate');
  if (migration.status === 'completed') console.log(migration.ram?.transferred, migration.downtime);
}

export async function lifecycle(client: QmpClient<Qapi>): Promise<void> {
  await client.execute('stop');
  await client.execute('cont', undefined, { timeout: 5000 });
  await client.execute('system_reset');
  const reset = await client.waitForEvent('RESET', { timeout: 1000 });
  if (!reset.data.guest && reset.data.reason === 'host-qmp-system-reset')
    console.log(reset.timestamp.seconds);
  await client.execute('set-action', { reboot: 'shutdown', panic: 'pause' });
  await client.execute('system_powerdown');
  const either = await client.waitForEvent(['SHUTDOWN', 'POWERDOWN']);
  if (either.event === 'SHUTDOWN') console.log(either.data.reason);
  const guests = await client.waitForEvent((event) => event.event === 'SHUTDOWN' && event.data.guest);
  if (guests.event === 'SHUTDOWN') console.log(guests.data.reason);
  for await (const event of client.events(['JOB_STATUS_CHANGE', 'BLOCK_JOB_READY'])) {
    console.log(event.event === 'JOB_STATUS_CHANGE' ? event.data.id : event.data.device);
  }
  const { event } = await client.executeAndWait('device_del', { id: 'nic' }, 'DEVICE_DELETED');
  console.log(event.data.path);
  await client.execute('quit');
}

export async function wayOut(client: QmpClient<Qapi>): Promise<unknown> {
  await client.untyped.execute('x-vendor-frob', { level: 3 });
  return client.untyped.execute('query-frobs');
}
