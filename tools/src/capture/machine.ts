/**
 * What the built-in machine of the mock has to know of a version and what no query tells: the options of the
 * command line, which commands run before the machine is made, the commands of the human monitor, and the
 * properties of the objects that are there from the start.
 */
import { Monitor, NO_MACHINE } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';
import { captureOptions, outputOf } from './options.ts';
import { captureQom } from './qom.ts';

const NOT_YET = 'is permitted only after machine initialization has completed';

/** Contents of `machine.json`. */
export async function captureMachine(program: Program): Promise<object> {
  return {
    banner: outputOf(program, ['-version'])
      .split('\n')
      .filter((line) => line !== ''),
    options: captureOptions(program),
    chardevParameters: await captureParameters(program, 'chardev'),
    machines: captureMachineTypes(program),
    preconfig: await capturePreconfig(program),
    hmp: await captureHmp(program),
    qom: {
      none: await captureQom(program, ['-machine', 'none'], 8),
      pc: await captureQom(program, ['-machine', 'pc,accel=tcg', '-m', '128'], 2),
    },
  };
}

/** Names and types of the parameters of an option. */
async function captureParameters(program: Program, option: string): Promise<Record<string, string>> {
  await using qemu = await Monitor.start(program, NO_MACHINE);
  const [group] = await qemu.value<{ parameters: { name: string; type: string }[] }[]>({
    execute: 'query-command-line-options',
    arguments: { option },
  });
  const found = group?.parameters.map(({ name, type }) => [name, type]) ?? [];
  // The two names that the list leaves out, because every option or every chardev has them.
  return Object.fromEntries([...found, ['backend', 'string'], ['path', 'string']].toSorted());
}

/** Names of machine types, with aliases. */
function captureMachineTypes(program: Program): string[] {
  return outputOf(program, ['-machine', 'help'])
    .split('\n')
    .map((line) => /^(\S+) {2,}\S/.exec(line)?.[1])
    .filter((name) => name !== undefined);
}

/** Names of the commands that run before the machine is made. */
async function capturePreconfig(program: Program): Promise<string[]> {
  await using qemu = await Monitor.start(program, ['-machine', 'none', '-nodefaults', '-preconfig']);
  const commands = await qemu.value<{ name: string }[]>({ execute: 'query-commands' });
  const allowed: string[] = [];
  for (const { name } of commands) {
    // Refused for its argument where it may run at all, so that nothing does.
    const refusal = await qemu.refusal({ execute: name, arguments: { 'zz-unexpected': 1 } });
    if (refusal?.includes(NOT_YET) !== true) allowed.push(name);
  }
  return allowed.toSorted();
}

/** Names and signatures of the human monitor's commands, in the order of its own lists. */
async function captureHmp(program: Program): Promise<Record<'commands' | 'info', Record<string, string>>> {
  await using qemu = await Monitor.start(program, NO_MACHINE);
  const list = async (command: string): Promise<Record<string, string>> => {
    const text = await qemu.value<string>({
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
