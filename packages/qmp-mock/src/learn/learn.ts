import type { LearnedRules } from './rules/probe.ts';
import { LearnError } from './learn-error.ts';
import { learnCpuModels } from './cpu-models.ts';
import { learnBoards } from './devices/boards.ts';
import { learnLeaving } from './devices/leaving.ts';
import { learnModels } from './devices/models.ts';
import { learnObjects } from './devices/objects.ts';
import type { Note } from './note.ts';
import { learnMachine } from './machine.ts';
import { NO_MACHINE } from './qemu/monitor.ts';
import type { Program } from './qemu/program.ts';
import { Qemu } from './qemu/qemu.ts';
import { learnQueries } from './queries.ts';
import { learnRefusals } from './refusals.ts';
import { loadProfile } from '../version/load-profile.ts';
import { nearestVersion } from '../version/version-folders.ts';
import { learnRules } from './rules/learn-rules.ts';
import { learnTypes } from './types.ts';
import { askSchema, checkCommandOrder, schemaFile } from './schema-file.ts';
import { DATA_FORMAT, TARGET } from '../version/data-format.ts';

/** Everything that is learned about a QEMU. */
export interface Learned {
  /** Its version, as `major.minor`. */
  readonly version: string;
  /** The processor that it emulates, as QEMU names it. */
  readonly target: string;
  /** The texts of its files by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Remarks on what couldn't be learned. */
  readonly notes: readonly string[];
}

/** How {@link learn} goes about it. */
export interface LearnOptions {
  /** Time in ms that each answer may take. Default: 20 000. */
  readonly deadline?: number | undefined;
  /**
   * Whether device models and boards are learned, too: each model is plugged in, which takes minutes.
   * Default: false.
   */
  readonly devices?: boolean | undefined;
}

const DEADLINE = 20_000;

/**
 * Asks a QEMU for all that the mock has to know of it. The same binary gives the same bytes each time.
 *
 * @throws LearnError if it does not start, or emulates no PC.
 */
export async function learn(program: Program, options: LearnOptions = {}): Promise<Learned> {
  const { deadline = DEADLINE, devices = false } = options;
  const qemu = new Qemu(program, deadline);
  // What is asked in several turns may fail in each of them.
  const notes = new Set<string>();
  const note = (text: string): void => void notes.add(text);
  await using monitor = await startFirst(qemu);
  const { version } = monitor;
  const { arch: target } = await monitor.value<{ arch: string }>({ execute: 'query-target' });
  if (target !== TARGET) {
    throw new LearnError(
      `${program.command[0]} emulates ${target}: the machine of the mock is a PC. Give the path of a qemu-system-x86_64.`,
    );
  }
  const { text, entries, schema } = await askSchema(monitor);
  const refusals = await learnRefusals(monitor, schema, note);
  await checkCommandOrder(monitor, entries, refusals.unchecked, note);
  const types = await learnTypes(qemu, note);
  const name = `${version.qemu.major}.${version.qemu.minor}`;
  const otherRules = loadProfile(nearestVersion(name)).rules as LearnedRules;
  return {
    version: name,
    target,
    files: {
      'schema.json': schemaFile(text),
      'refusals.json': pretty(refusals),
      'queries.json': await learnQueries(qemu, schema, note),
      'types.jsonl': types.types,
      'properties.jsonl': types.properties,
      'machine.json': pretty(await learnMachine(qemu, note)),
      'rules.json': pretty(await learnRules(qemu, schema, otherRules, note)),
      'cpu-models.jsonl': await learnCpuModels(qemu),
      ...(devices && (await learnDevices(qemu, types, note))),
      'profile.json': pretty({ format: DATA_FORMAT, target, version }),
    },
    notes: [...notes],
  };
}

async function learnDevices(
  qemu: Qemu,
  types: { readonly types: string; readonly properties: string },
  note: Note,
): Promise<Record<string, string>> {
  const models = await learnModels(qemu, note);
  const { objects, shapes } = await learnObjects(qemu, { ...types, models }, note);
  return {
    'boards.jsonl': await learnBoards(qemu, note),
    'models.jsonl': models,
    'leaving.jsonl': await learnLeaving(qemu, models),
    'objects.jsonl': objects,
    'shapes.jsonl': shapes,
  };
}

async function startFirst(qemu: Qemu): Promise<Awaited<ReturnType<Qemu['start']>>> {
  try {
    return await qemu.start(NO_MACHINE);
  } catch (error) {
    throw new LearnError(
      `${(error as Error).message}\nIt was started as ${qemu.program.command.join(' ')} -machine none.`,
      {
        cause: error,
      },
    );
  }
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
