import type { Note } from './note.ts';
import type { Qemu } from './qemu/qemu.ts';
import { RevivingMonitor } from './qemu/reviving-monitor.ts';

/** A guest that does not run, and whose clock does not either: a second capture gives the same. */
const STILL = ['-nodefaults', '-S', '-rtc', 'base=2000-01-01T00:00:00,clock=vm'];
/** Their children are what this recording made itself. */
const OURS = new Set(['/chardevs', '/objects']);

type Properties = Record<string, object>;

/**
 * Objects of a machine down to a depth: for each path its type and its properties: type, value, whether it
 * can be set.
 */
export async function learnQom(
  qemu: Qemu,
  args: readonly string[],
  depth: number,
  note: Note,
): Promise<Record<string, Properties>> {
  await using monitor = new RevivingMonitor(() => qemu.start([...args, ...STILL]));
  const objects: Record<string, Properties> = {};
  const visit = async (path: string, level: number): Promise<void> => {
    const answer = await monitor.ask({ execute: 'qom-list', arguments: { path } });
    if (answer === undefined)
      return note(`object ${path}: QEMU ended or hung when it was asked for its list`);
    const list = (answer.message.return ?? []) as readonly { name: string; type: string }[];
    const properties: Properties = {};
    for (const { name, type } of list) {
      if (OURS.has(path) && name !== 'type') continue;
      const property = await learnProperty(monitor, path, name, type);
      if (property === undefined) note(`property ${name} of ${path}: QEMU ended or hung at it`);
      else properties[name] = property;
      if (type.startsWith('child<') && level < depth)
        await visit(`${path === '/' ? '' : path}/${name}`, level + 1);
    }
    objects[path] = properties;
  };
  await visit('/', 0);
  return objects;
}

async function learnProperty(
  monitor: RevivingMonitor,
  path: string,
  property: string,
  type: string,
): Promise<object | undefined> {
  if (type.startsWith('child<')) return { type };
  const read = await monitor.ask({ execute: 'qom-get', arguments: { path, property } });
  if (read === undefined) return undefined;
  const { message } = read;
  const found = message.error === undefined ? { value: message.return } : { error: message.error.desc };
  const value = 'return' in message ? message.return : '';
  const written = await monitor.ask({ execute: 'qom-set', arguments: { path, property, value } });
  // If QEMU doesn't survive that, it's left open whether the property can be set.
  if (written === undefined) return { type, ...found };
  const refusal = written.message.error?.desc;
  return { type, ...found, ...(refusal === undefined ? { writable: true } : { refusal }) };
}
