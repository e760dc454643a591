/**
 * Facts about a version that the mock's built-in machine needs and that queries don't tell: the options of
 * the command line, the commands that run before the machine is made, the commands of the human monitor, and
 * the properties of the objects that exist from the start.
 */
import type { MachineData } from '../machine/machine-data.ts';
import type { Note } from './note.ts';
import { learnOptions } from './options.ts';
import { NO_MACHINE } from './qemu/monitor.ts';
import type { Qemu } from './qemu/qemu.ts';
import { learnQom } from './qom.ts';

const NOT_YET = 'is permitted only after machine initialization has completed';

/** Contents of `machine.json`. */
export async function learnMachine(qemu: Qemu, note: Note): Promise<MachineData> {
  const banner = await qemu.output(['-version']);
  return {
    banner: banner.split('\n').filter((line) => line !== ''),
    options: await learnOptions(qemu),
    chardevParameters: await learnParameters(qemu, 'chardev'),
    machines: await learnMachineTypes(qemu),
    preconfig: await learnPreconfig(qemu),
    hmp: await learnHmp(qemu),
    qom: {
      none: await learnQom(qemu, ['-machine', 'none'], 8, note),
      pc: await learnQom(qemu, ['-machine', 'pc,accel=tcg', '-m', '128'], 2, note),
    },
  } as MachineData;
}

/** Names and types of the parameters of an option. */
async function learnParameters(qemu: Qemu, option: string): Promise<Record<string, string>> {
  await using monitor = await qemu.start(NO_MACHINE);
  const [group] = await monitor.value<{ parameters: { name: string; type: string }[] }[]>({
    execute: 'query-command-line-options',
    arguments: { option },
  });
  const found = group?.parameters.map(({ name, type }) => [name, type]) ?? [];
  // The two names that the list leaves out, because every option or every chardev has them.
  return Object.fromEntries([...found, ['backend', 'string'], ['path', 'string']].toSorted());
}

/** Names of machine types, with aliases. */
async function learnMachineTypes(qemu: Qemu): Promise<string[]> {
  const help = await qemu.output(['-machine', 'help']);
  return help
    .split('\n')
    .map((line) => /^(\S+) {2,}\S/.exec(line)?.[1])
    .filter((name) => name !== undefined);
}

/** Names of the commands that run before the machine is made. */
async function learnPreconfig(qemu: Qemu): Promise<string[]> {
  await using monitor = await qemu.start(['-machine', 'none', '-nodefaults', '-preconfig']);
  const commands = await monitor.value<{ name: string }[]>({ execute: 'query-commands' });
  const allowed: string[] = [];
  for (const { name } of commands) {
    // Refused for its argument if it may run at all, so that nothing does.
    const refusal = await monitor.refusal({ execute: name, arguments: { 'zz-unexpected': 1 } });
    if (refusal?.includes(NOT_YET) !== true) allowed.push(name);
  }
  return allowed.toSorted();
}

/** Names and signatures of the human monitor's commands, in the order of its own lists. */
async function learnHmp(qemu: Qemu): Promise<Record<'commands' | 'info', Record<string, string>>> {
  await using monitor = await qemu.start(NO_MACHINE);
  const list = async (command: string): Promise<Record<string, string>> => {
    const text = await monitor.value<string>({
      execute: 'human-monitor-command',
      arguments: { 'command-line': command },
    });
    const entries: [name: string, signature: string][] = [];
    let entry = '';
    for (const line of text.split('\r\n')) {
      if (entry === '' && !/^[a-z?]/.test(line)) continue; // the rest of a description
      entry += line;
      if (!entry.includes(' -- ')) continue; // a signature over several lines
      const [name = '', ...signature] = entry
        .slice(0, entry.indexOf(' -- '))
        .replace(command === 'info' ? /^info (?=\S)/ : '', '')
        .trim()
        .split(' ');
      entries.push([name, signature.join(' ')]);
      entry = '';
    }
    return Object.fromEntries(entries);
  };
  return { commands: await list('help'), info: await list('info') };
}
