import { IDLE_PC, type Probes } from './probe.ts';

/** A model that QEMU lists. */
interface Listed {
  readonly name: string;
  readonly bus: string | undefined;
  readonly category: string;
}

/** A name of nothing: QEMU ends at it, once everything before it has been plugged in. */
const END = 'zz-none';
/** Texts that depend on more than the models: on places, and on the order of screens. */
const OF_PLACES = /slot|console/;

/** Models that QEMU refuses beside others. */
export const EXCLUSION_PROBES: Probes<'exclusions'> = {
  async exclusions({ qemu }) {
    /** The refusal of the last of some devices; `undefined` if it's taken, or if QEMU dies of it. */
    const refusal = async (...models: readonly string[]): Promise<string | undefined> => {
      const devices = [...models, END].flatMap((model) => ['-device', model]);
      const output = await qemu.output([...IDLE_PC, '-display', 'none', ...devices]);
      if (output.includes(`-device ${END}: `)) return undefined;
      const [, text] =
        output
          .split('\n')
          .findLast((line) => line.includes(`-device ${models.at(-1)}: `))
          ?.split(`-device ${models.at(-1)}: `, 2) ?? [];
      return text;
    };
    const isTaken = async (model: string): Promise<boolean> => {
      const output = await qemu.output([...IDLE_PC, '-display', 'none', '-device', model, '-device', END]);
      return output.includes(`-device ${END}: `);
    };
    const taken: Listed[] = [];
    for (const model of listedIn(await qemu.output([...IDLE_PC, '-device', 'help']))) {
      if (await isTaken(model.name)) taken.push(model);
    }
    const found = new Map<string, { model: string; beside: string[]; text: string }>();
    const tryPair = async (first: string, model: string): Promise<void> => {
      const text = await refusal(first, model);
      if (text === undefined || OF_PLACES.test(text)) return;
      const key = `${model} ${text}`;
      const entry = found.get(key) ?? { model, beside: [], text };
      entry.beside.push(first);
      found.set(key, entry);
    };
    for (const { name } of taken) await tryPair(name, name);
    // Devices without a path of their own may have the state of others.
    for (const { name, category } of taken.filter(({ bus }) => bus === 'ISA')) {
      for (const other of taken) {
        if (other.name !== name && other.category === category) await tryPair(other.name, name);
      }
    }
    return [...found.values()].toSorted((a, b) => compare(a.model, b.model) || compare(a.text, b.text));
  },
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function listedIn(help: string): readonly Listed[] {
  let category = '';
  return help.split('\n').flatMap((line) => {
    const [, name, bus] = /^name "([^"]+)"(?:, bus ([\w-]+))?/.exec(line) ?? [];
    if (name === undefined) {
      if (line.endsWith(':')) category = line;
      return [];
    }
    return [{ name, bus, category }];
  });
}
