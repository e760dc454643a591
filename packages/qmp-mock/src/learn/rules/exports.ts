import { once } from 'node:events';
import { connect } from 'node:net';
import { NO_MACHINE, type Monitor } from '../qemu/monitor.ts';
import type { Probes } from './probe.ts';

type ExportRule = 'nbdExtendedHeaders' | 'newestExportEndsFirst';

/** Bytes of the greeting, and of the head of a reply to an option. */
const GREETING = 18;
const REPLY = 20;
/** Type of a reply: the option was taken. */
const ACK = 1;
/** `IHAVEOPT`, the option `NBD_OPT_EXTENDED_HEADERS`, and no data. */
const EXTENDED_HEADERS = Uint8Array.from([...Buffer.from('IHAVEOPT'), 0, 0, 0, 11, 0, 0, 0, 0]);

/** Rules of exports. */
export const EXPORT_PROBES: Probes<ExportRule> = {
  async nbdExtendedHeaders(context) {
    const path = context.scratch.file('nbd-headers');
    await using monitor = await context.qemu.start(NO_MACHINE);
    await startServer(monitor, path);
    const socket = connect(path);
    try {
      socket.write(Uint8Array.from([0, 0, 0, 3, ...EXTENDED_HEADERS]));
      let received = Buffer.alloc(0);
      while (received.length < GREETING + REPLY) {
        const [piece] = (await once(socket, 'data')) as [Buffer];
        received = Buffer.concat([received, piece]);
      }
      return received.readUInt32BE(GREETING + 12) === ACK;
    } finally {
      socket.destroy();
    }
  },

  async newestExportEndsFirst(context) {
    await using monitor = await context.qemu.start(NO_MACHINE);
    const ended: string[] = [];
    monitor.onEvent((text) => {
      const { event, data } = JSON.parse(text) as { event: string; data: { id: string } };
      if (event === 'BLOCK_EXPORT_DELETED') ended.push(data.id);
    });
    await startServer(monitor, context.scratch.file('nbd-order'));
    await monitor.value({ execute: 'blockdev-add', arguments: { driver: 'null-co', 'node-name': 'node' } });
    for (const id of ['old', 'new']) {
      const args = { type: 'nbd', id, name: id, 'node-name': 'node' };
      await monitor.value({ execute: 'block-export-add', arguments: args });
    }
    await monitor.value({ execute: 'nbd-server-stop' });
    return ended[0] === 'new';
  },
};

async function startServer(monitor: Monitor, path: string): Promise<void> {
  const args = { addr: { type: 'unix', data: { path } } };
  await monitor.value({ execute: 'nbd-server-start', arguments: args });
}
