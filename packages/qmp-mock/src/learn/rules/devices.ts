import { IDLE_PC, hasCommand, PLACEHOLDER, refusalIn, type Probes } from './probe.ts';

type DeviceRule =
  | 'noNmi'
  | 'notADevice'
  | 'typedProperties'
  | 'badDeviceId'
  | 'fullBusNamed'
  | 'oneSlotPorts'
  | 'classBeforeBus'
  | 'unmappedSaid'
  | 'cpuUnplug'
  | 'packagesShown'
  | 'virtioMemoryUnplug'
  | 'memoryDevicesOff'
  | 'preallocatedVirtioMemory'
  | 'balloonSize'
  | 'iothread'
  | 'mappedMemory'
  | 'rngRate'
  | 'notVirtio'
  | 'objectsContainer'
  | 'boardLooksAtCards'
  | 'monitorObjects'
  | 'usedObject'
  | 'usedThrottleGroup'
  | 'noColo'
  | 'noVncPassword'
  | 'vncPasswordRefused'
  | 'vncConnected'
  | 'badExpireTime'
  | 'screendumpCreate';

const MACHINE = '/machine';
const IDLE_Q35 = ['-machine', 'q35,accel=tcg', '-nodefaults', '-S'];
/** An invalid id. */
const BAD_ID = '1 bad';

/** Rules of devices and objects. */
export const DEVICE_PROBES: Probes<DeviceRule> = {
  async noNmi({ ask }) {
    return refusalIn(await ask.none({ execute: 'inject-nmi' }));
  },

  async notADevice({ ask }) {
    return refusalIn(await ask.none({ execute: 'device_del', arguments: { id: MACHINE } }), MACHINE);
  },

  async typedProperties({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    const args = { driver: 'pci-testdev', multifunction: 'on' };
    return (await monitor.refusal({ execute: 'device_add', arguments: args })) !== undefined;
  },

  async badDeviceId({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    const add = (driver: string): Promise<string | undefined> =>
      monitor.refusal({ execute: 'device_add', arguments: { driver, id: BAD_ID } });
    if ((await add('zz-none'))?.includes('identifier') === true) return 'options';
    return (await add('pci-testdev')) === undefined ? 'accepted' : 'device';
  },

  async fullBusNamed({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    // There's one bus for it: that of the other device, which is full.
    await monitor.value({ execute: 'device_add', arguments: { driver: 'virtio-rng-pci' } });
    const args = { driver: 'virtio-rng-device' };
    return (await monitor.refusal({ execute: 'device_add', arguments: args }))?.includes('full') === true;
  },

  async oneSlotPorts({ qemu }) {
    await using monitor = await qemu.start([...IDLE_Q35, '-device', 'pcie-root-port,id=root0,chassis=1']);
    const add = (): Promise<string | undefined> =>
      monitor.refusal({ execute: 'device_add', arguments: { driver: 'virtio-rng-pci', bus: 'root0' } });
    await add();
    // There is a second slot, or there is none.
    return (await add()) !== undefined;
  },

  async classBeforeBus({ qemu }) {
    await using monitor = await qemu.start([...IDLE_Q35, '-device', 'VGA,id=card']);
    const refusal = await monitor.refusal({ execute: 'device_del', arguments: { id: 'card' } });
    return refusal?.startsWith('Device') === true;
  },

  async unmappedSaid({ ask }) {
    const line = { 'command-line': 'info pci' };
    const { message } = await ask.pc({ execute: 'human-monitor-command', arguments: line });
    return (message.return as string).includes('(not mapped)');
  },

  async cpuUnplug({ qemu }) {
    await using monitor = await qemu.start([...IDLE_PC, '-smp', '1,maxcpus=2']);
    const driver = 'qemu64-x86_64-cpu';
    const place = { 'socket-id': 0, 'core-id': 1, 'thread-id': 0 };
    await monitor.value({ execute: 'device_add', arguments: { driver, id: 'zz-cpu', ...place } });
    const refusal = await monitor.refusal({ execute: 'device_del', arguments: { id: 'zz-cpu' } });
    return refusal?.replace(driver, () => PLACEHOLDER) ?? '';
  },

  async virtioMemoryUnplug({ qemu }) {
    const memory = ['-m', '128M,maxmem=1G', '-object', 'memory-backend-ram,id=zz-ram,size=128M'];
    await using monitor = await qemu.start([...IDLE_PC, ...memory]);
    const args = { driver: 'virtio-mem-pci', id: 'zz-memory', memdev: 'zz-ram' };
    await monitor.value({ execute: 'device_add', arguments: args });
    return (await monitor.refusal({ execute: 'device_del', arguments: { id: args.id } })) === undefined;
  },

  async memoryDevicesOff({ qemu }) {
    await using monitor = await qemu.start([...IDLE_PC, '-object', 'memory-backend-ram,id=zz-ram,size=2M']);
    const add = (args: object): Promise<string | undefined> =>
      monitor.refusal({ execute: 'device_add', arguments: { driver: 'virtio-mem-pci', ...args } });
    const text = await add({ memdev: 'zz-ram' });
    if (text === undefined) throw new Error('memory was plugged without maxmem');
    return { text, isFirst: (await add({})) === text };
  },

  async preallocatedVirtioMemory({ qemu }) {
    const memory = ['-object', 'memory-backend-ram,id=zz-ram,size=2M,prealloc=on', '-m', '128M,maxmem=1G'];
    await using monitor = await qemu.start([...IDLE_PC, ...memory]);
    const args = { driver: 'virtio-mem-pci', memdev: 'zz-ram' };
    const refusal = await monitor.refusal({ execute: 'device_add', arguments: args });
    return refusal?.replace(args.memdev, () => PLACEHOLDER) ?? '';
  },

  async packagesShown({ qemu }) {
    await using monitor = await qemu.start([...IDLE_PC, '-smp', '2']);
    const feature = { path: '/machine/unattached/device[0]', property: 'ht' };
    return (await monitor.value({ execute: 'qom-get', arguments: feature })) === true;
  },

  async balloonSize({ qemu }) {
    await using monitor = await qemu.start([...IDLE_PC, '-device', 'virtio-balloon-pci']);
    return refusalIn(await monitor.ask({ execute: 'balloon', arguments: { value: 0 } }));
  },

  async iothread({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    await monitor.value({ execute: 'object-add', arguments: { 'qom-type': 'iothread', id: 'io' } });
    const [thread] = await monitor.value<Record<string, number>[]>({ execute: 'query-iothreads' });
    const { 'poll-grow': grow, 'poll-shrink': shrink, 'poll-weight': weight } = thread ?? {};
    if (grow === undefined || shrink === undefined)
      throw new Error('query-iothreads does not tell how it polls');
    return { grow, shrink, ...(weight !== undefined && { weight }) };
  },

  async mappedMemory({ qemu }) {
    const memory = ['-object', 'memory-backend-ram,id=zz-ram,size=1M'];
    await using monitor = await qemu.start([...IDLE_PC, ...memory, '-device', 'ivshmem-plain,memdev=zz-ram']);
    return refusalIn(await monitor.ask({ execute: 'object-del', arguments: { id: 'zz-ram' } }), 'zz-ram');
  },

  async rngRate({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    const add = (rate: number): string =>
      `{"execute": "device_add", "arguments": {"driver": "virtio-rng-pci", "max-bytes": ${rate}}}`;
    return {
      mayBeZero: (await monitor.refusal(add(0))) === undefined,
      text: refusalIn(await monitor.ask(add(-1))),
    };
  },

  async notVirtio(context) {
    const request = { execute: 'x-query-virtio-status', arguments: { path: MACHINE } };
    if (!hasCommand(context, request.execute)) return '';
    return refusalIn(await context.ask.none(request), MACHINE);
  },

  async objectsContainer({ qemu }) {
    await using monitor = await qemu.start(['-machine', 'none', '-nodefaults', '-S']);
    const root = await monitor.value<{ name: string }[]>({ execute: 'qom-list', arguments: { path: '/' } });
    return root.some(({ name }) => name === 'objects');
  },

  async boardLooksAtCards({ qemu }) {
    const options = ['-display', 'none', '-global', 'e1000.zz-none=1', '-loadvm', 'zz-none'];
    const output = await qemu.output([...IDLE_PC, ...options]);
    return output.includes("can't apply global");
  },

  async monitorObjects({ ask }) {
    const request = { execute: 'qom-list-types', arguments: { implements: 'user-creatable' } };
    const { message } = await ask.none(request);
    return (message.return as { name: string }[]).some(({ name }) => name === 'monitor-qmp');
  },

  async usedThrottleGroup({ qemu }) {
    const id = 'zz-none';
    const options = [
      ...['-object', `throttle-group,id=${id}`, '-blockdev', 'null-co,node-name=node'],
      ...['-blockdev', `throttle,node-name=above,file=node,throttle-group=${id}`],
    ];
    await using monitor = await qemu.start([...IDLE_PC, ...options]);
    return refusalIn(await monitor.ask({ execute: 'object-del', arguments: { id } }), id);
  },

  async usedObject({ qemu }) {
    const ids = { cryptodev: 'zz-crypto', canBus: 'zz-bus', mainLoop: 'zz-loop' };
    const options = [
      ...['-object', `cryptodev-backend-builtin,id=${ids.cryptodev}`],
      ...['-device', `virtio-crypto-pci,cryptodev=${ids.cryptodev}`],
      ...['-object', `can-bus,id=${ids.canBus}`, '-object', `main-loop,id=${ids.mainLoop}`],
    ];
    await using monitor = await qemu.start([...IDLE_PC, ...options]);
    const refused = async (id: string): Promise<string> =>
      refusalIn(await monitor.ask({ execute: 'object-del', arguments: { id } }), id);
    return {
      cryptodev: await refused(ids.cryptodev),
      canBus: await refused(ids.canBus),
      mainLoop: await refused(ids.mainLoop),
    };
  },

  async noColo(context) {
    if (!hasCommand(context, 'x-colo-lost-heartbeat')) return '';
    return refusalIn(await context.ask.none({ execute: 'x-colo-lost-heartbeat' }));
  },

  async noVncPassword({ ask }) {
    const args = { protocol: 'vnc', password: PLACEHOLDER };
    return refusalIn(await ask.none({ execute: 'set_password', arguments: args }));
  },

  async vncPasswordRefused({ qemu, scratch }) {
    const server = ['-vnc', `unix:${scratch.file('vnc')}`];
    await using monitor = await qemu.start(['-machine', 'none', '-nodefaults', '-S', ...server]);
    const args = { protocol: 'vnc', password: PLACEHOLDER };
    return refusalIn(await monitor.ask({ execute: 'set_password', arguments: args }));
  },

  async vncConnected({ ask }) {
    const args = { protocol: 'vnc', password: PLACEHOLDER, connected: 'fail' };
    return refusalIn(await ask.none({ execute: 'set_password', arguments: args }));
  },

  async badExpireTime({ ask }) {
    const args = { protocol: 'vnc', time: 'zz-none' };
    const text = refusalIn(await ask.none({ execute: 'expire_password', arguments: args }), args.time);
    return text.includes(PLACEHOLDER) ? text : '';
  },

  async screendumpCreate({ qemu }) {
    await using monitor = await qemu.start([...IDLE_PC, '-vga', 'std']);
    const filename = '/zz-none/zz-none';
    const answer = await monitor.ask({ execute: 'screendump', arguments: { filename } });
    return refusalIn(answer, filename).replace(/: [^:]*$/, '');
  },
};
