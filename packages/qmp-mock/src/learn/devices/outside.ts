import type { Monitor } from '../qemu/monitor.ts';

/** Objects in the places of those that belong to nobody, as `PATH:TYPE`. */
export async function outsideOf(monitor: Monitor): Promise<string[]> {
  const found: string[] = [];
  for (const path of ['/machine', '/machine/unattached']) {
    const list = await monitor.value<{ name: string; type: string }[]>({
      execute: 'qom-list',
      arguments: { path },
    });
    found.push(...list.map(({ name, type }) => `${path}/${name}:${type}`));
  }
  return found;
}
