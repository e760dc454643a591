import type { Monitor } from '../qemu/monitor.ts';
import { Qemu } from '../qemu/qemu.ts';
import { RevivingMonitor } from '../qemu/reviving-monitor.ts';
import type { DeviceModel } from '../../machine/qdev/model-table.ts';
import { HINTS, ID, PORT_RIG } from './rig.ts';

/**
 * Time in ms that a device that has gone may take to say so. Some never do: QEMU has lost count of who needs
 * them.
 */
const PATIENCE = 3000;
const PATH = `/machine/peripheral/${ID}`;
const PORT = 'rp1';

/**
 * Contents of `leaving.jsonl`: what DEVICE_DELETED tells of each model that sits on a PCI bus when it's
 * unplugged: its parts, by their paths below its own, and itself (`''`). Most tell of themselves alone, and
 * have no line; an empty list is a model that leaves silently.
 *
 * @param models - Text of `models.jsonl`.
 */
export async function learnLeaving(qemu: Qemu, models: string): Promise<string> {
  const impatient = new Qemu(qemu.program, Math.min(PATIENCE, qemu.deadline));
  await using monitor = new RevivingMonitor(() => impatient.start(PORT_RIG));
  const lines: string[] = [];
  for (const line of models.split('\n').filter((text) => text !== '')) {
    const [driver, { plugged, pci, hot }] = JSON.parse(line) as [string, DeviceModel];
    if (plugged !== true || pci === undefined || hot !== undefined) continue;
    const left = await leave(monitor, driver);
    if (left !== undefined && !tellsOfItself(left)) lines.push(`${JSON.stringify([driver, left])}\n`);
  }
  return lines.join('');
}

/**
 * Plugs a model in and out again; gives what was deleted, or `undefined` if it can't be had, or QEMU died of
 * it.
 */
async function leave(reviving: RevivingMonitor, driver: string): Promise<string[] | undefined> {
  for (const hint of HINTS) {
    const wanted = { driver, id: ID, bus: PORT, ...Object.fromEntries(hint) };
    const answer = await reviving.ask({ execute: 'device_add', arguments: wanted });
    if (answer === undefined) return undefined;
    if (answer.message.error !== undefined) continue;
    const monitor = await reviving.monitor();
    const left = await deletedBy(monitor);
    if (left.includes('')) return left;
    // Nothing of it shall be there when the next one comes.
    await monitor.stop();
    return (await isSilent(reviving, wanted)) ? left : undefined;
  }
  return undefined;
}

/** Unplugs the device, and gives the paths that are told to be deleted, below its own. */
async function deletedBy(monitor: Monitor): Promise<string[]> {
  const left: string[] = [];
  monitor.onEvent((text) => {
    const { event, data } = JSON.parse(text) as { event: string; data?: { path?: string } };
    if (event !== 'DEVICE_DELETED' || data?.path?.startsWith(PATH) !== true) return;
    left.push(data.path.slice(PATH.length + 1));
  });
  try {
    await monitor.ask({ execute: 'device_del', arguments: { id: ID } });
    while (!left.includes('')) await monitor.event('DEVICE_DELETED');
  } catch {
    // It doesn't come.
  }
  return left;
}

/** Whether a device of which nothing was told is gone all the same, and QEMU is alive. */
async function isSilent(reviving: RevivingMonitor, wanted: object): Promise<boolean> {
  const monitor = await reviving.monitor();
  try {
    await monitor.ask({ execute: 'device_add', arguments: wanted });
    await monitor.ask({ execute: 'device_del', arguments: { id: ID } });
    // By its path, as its name is free at once.
    const there = await monitor.refusal({ execute: 'qom-list', arguments: { path: PATH } });
    return there !== undefined;
  } catch {
    return false;
  } finally {
    await monitor.stop();
  }
}

/** Whether a device tells of itself alone. */
const tellsOfItself = (left: readonly string[]): boolean => left.length === 1 && left[0] === '';
