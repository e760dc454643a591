import { humanLines, refusalIn, type ProbeContext, type Probes } from './probe.ts';

type NetworkRule = 'filterDumpRefusal' | 'tapConflicts' | 'unlinkedNetdevKept';

const NETDEV = { type: 'tap', id: 'zz-none', ifname: 'zz' };

/** Rules of network backends. */
export const NETWORK_PROBES: Probes<NetworkRule> = {
  async tapConflicts(context) {
    return {
      fd: await refused(context, { fd: '0' }),
      fds: await refused(context, { fds: '0' }),
      helper: await refused(context, { helper: '/zz-none' }),
    };
  },

  async filterDumpRefusal({ qemu }) {
    await using monitor = await qemu.start([
      '-machine',
      'none',
      '-nodefaults',
      '-S',
      '-netdev',
      'user,id=zz',
    ]);
    const file = '/zz-none/zz';
    const filter = { 'qom-type': 'filter-dump', id: 'zz-none', netdev: 'zz', file };
    const text = refusalIn(await monitor.ask({ execute: 'object-add', arguments: filter }), file);
    return text.replace(/No such file or directory$/, '');
  },

  async unlinkedNetdevKept({ qemu }) {
    const card = ['-netdev', 'user,id=zz', '-device', 'e1000,netdev=zz'];
    await using monitor = await qemu.start(['-machine', 'pc,accel=tcg', '-nodefaults', '-S', ...card]);
    await monitor.value({ execute: 'netdev_del', arguments: { id: 'zz' } });
    return (await humanLines((request) => monitor.ask(request), 'info usernet')).length > 0;
  },
};

async function refused({ ask }: ProbeContext, members: Record<string, string>): Promise<string> {
  return refusalIn(await ask.none({ execute: 'netdev_add', arguments: { ...NETDEV, ...members } }));
}
