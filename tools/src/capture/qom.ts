import { Monitor } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';

/** A guest that does not run, and whose clock does not either: a second capture gives the same. */
const STILL = ['-nodefaults', '-S', '-rtc', 'base=2000-01-01T00:00:00,clock=vm'];
/** Their children are what this recording made itself. */
const OURS = new Set(['/chardevs', '/objects']);

type Properties = Record<string, object>;

/** Objects of a machine down to a depth: for each path its type and its properties: type, value, whether it can be set. */
export async function captureQom(
  program: Program,
  args: readonly string[],
  depth: number,
): Promise<Record<string, Properties>> {
  await using qemu = await Monitor.start(program, [...args, ...STILL]);
  const objects: Record<string, Properties> = {};
  const visit = async (path: string, level: number): Promise<void> => {
    const list = await qemu.value<readonly { name: string; type: string }[]>({
      execute: 'qom-list',
      arguments: { path },
    });
    const properties: Properties = {};
    for (const { name, type } of list) {
      if (OURS.has(path) && name !== 'type') continue;
      properties[name] = await captureProperty(qemu, path, name, type);
      if (type.startsWith('child<') && level < depth)
        await visit(`${path === '/' ? '' : path}/${name}`, level + 1);
    }
    objects[path] = properties;
  };
  await visit('/', 0);
  return objects;
}

async function captureProperty(qemu: Monitor, path: string, property: string, type: string): Promise<object> {
  if (type.startsWith('child<')) return { type };
  const { message } = await qemu.ask({ execute: 'qom-get', arguments: { path, property } });
  const found = message.error === undefined ? { value: message.return } : { error: message.error.desc };
  const value = 'return' in message ? message.return : '';
  const refusal = await qemu.refusal({ execute: 'qom-set', arguments: { path, property, value } });
  return { type, ...found, ...(refusal === undefined ? { writable: true } : { refusal }) };
}
