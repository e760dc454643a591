import { suggest } from 'qmp-core/internal';
import type { JsonObject } from 'qmp-core/wire';
import { fromPlain } from '../engine/json/plain.ts';
import { QDict } from '../engine/json/value.ts';
import { checkArguments } from '../engine/schema/check-arguments.ts';
import { checkEvent, checkReturn, type Problem } from '../engine/schema/check-output.ts';
import type { Schema } from '../engine/schema/schema.ts';
import { placeOf, type Cassette, type CassetteLine } from './cassette.ts';
import { pairs } from './conversation.ts';
import { CassetteStaleError, recordAgainText } from './errors.ts';
import { schemaDifferences } from './schema-diff.ts';
import { knownSchema, schemaFrom, shapesOf, usedNames, type SchemaSource, type UsedName } from './shapes.ts';

/** A command or event of a cassette that differs in another QEMU. */
export interface StaleName {
  readonly kind: 'command' | 'event';
  readonly name: string;
  /** The first line of the cassette that uses it. */
  readonly line: number;
  /** The reason why a recorded message would no longer be valid; `undefined` if all of them still are. */
  readonly broken: string | undefined;
  /** The changes in words; empty if it's only known that something has changed. */
  readonly changes: readonly string[];
}

/**
 * Lists the commands and events that a cassette uses and whose shapes differ in another QEMU. Changes of
 * others don't matter.
 *
 * @param against - The other QEMU: a version that this package knows (`'11.1'`), or the value that its
 *   `query-qmp-schema` returns.
 * @example
 * findStale(parseCassette(text), '11.1').map(({ name }) => name) // ['blockdev-add']
 */
export function findStale(cassette: Cassette, against: SchemaSource): StaleName[] {
  const now = schemaFrom(against, 'the schema given');
  const then = knownSchema(cassette.header.qemu);
  const shapes = shapesOf(now, cassette.lines);
  const stale: StaleName[] = [];
  for (const used of usedNames(cassette.lines)) {
    const recorded = cassette.shapes[used.name];
    const present = Object.hasOwn(shapes, used.name);
    const broken = brokenBy(now, used, cassette.lines);
    const changes = then === undefined ? [] : schemaDifferences(then, now, used);
    const isSame = recorded === undefined ? changes.length === 0 : recorded === shapes[used.name];
    if (broken === undefined && (isSame || !present)) continue;
    stale.push({ ...used, line: broken?.line ?? used.line, broken: broken?.why, changes });
  }
  return stale;
}

/** Options of {@link assertFresh}. */
export interface FreshnessOptions {
  /**
   * Changes that count. `changed`: any change of a used command or event. `broken`: only a change that makes
   * a recorded message invalid. Default `changed`.
   */
  readonly report?: 'changed' | 'broken' | undefined;
  /** Shell command that records the cassette again, for the message. Default: a `qmp-mock record` command. */
  readonly recordAgain?: string | undefined;
}

/**
 * Throws if a cassette doesn't fit another QEMU.
 *
 * @throws CassetteStaleError with each command and event that has changed, how, and the line that uses it.
 *
 * @example
 * assertFresh(readCassette('backup.jsonl'), '11.1', { report: 'broken' })
 */
export function assertFresh(cassette: Cassette, against: SchemaSource, options: FreshnessOptions = {}): void {
  const all = findStale(cassette, against);
  const stale = options.report === 'broken' ? all.filter(({ broken }) => broken !== undefined) : all;
  if (stale.length === 0) return;
  const version = typeof against === 'string' ? `QEMU ${against}` : 'this QEMU';
  const names = stale.map(({ name }) => name);
  const head = `${cassette.file ?? 'The cassette'} was recorded on QEMU ${cassette.header.qemu ?? '?'} and is stale under ${version}: ${names.length === 1 ? 'one name' : `${names.length} names`} that it uses changed.`;
  const text = [
    head,
    ...stale.flatMap((one) => describe(cassette, one)),
    recordAgainText(options.recordAgain, 'on that QEMU'),
  ].join('\n');
  throw new CassetteStaleError(text, names);
}

/** Number of changes of one name that a message shows. */
const SHOWN = 6;

function describe(cassette: Cassette, { kind, name, line, broken, changes }: StaleName): string[] {
  const lines = [`  ✗ ${kind} ${name} (${placeOf(cassette, line)})`];
  if (broken !== undefined) lines.push(`      what was recorded can no longer be said: ${broken}`);
  lines.push(...changes.slice(0, SHOWN).map((change) => `      ${change}`));
  if (changes.length > SHOWN) lines.push(`      … and ${changes.length - SHOWN} more changes`);
  if (broken === undefined && changes.length === 0) lines.push('      its shape is another');
  return lines;
}

/** Finds the first line that is invalid under a schema, and the reason. */
function brokenBy(
  schema: Schema,
  { kind, name }: UsedName,
  lines: readonly CassetteLine[],
): { line: number; why: string } | undefined {
  const known = kind === 'command' ? schema.commands : schema.events;
  if (!known.has(name)) {
    const first = lines.find(
      (line) => (line.kind === 'command' || line.kind === 'event') && line.name === name,
    )!;
    // A command that was refused as unknown is unknown still.
    const refused =
      kind === 'command' &&
      pairs(lines).some(
        ({ command, reply }) => command.name === name && reply?.error?.class === 'CommandNotFound',
      );
    if (refused) return undefined;
    const [near] = suggest(name, known.keys(), 1);
    return {
      line: first.line,
      why: `there is no such ${kind}${near === undefined ? '' : `; did it become ${near}?`}`,
    };
  }
  if (kind === 'event') {
    for (const line of lines) {
      if (line.kind !== 'event' || line.name !== name) continue;
      const why = said(checkEvent(schema, name, line.data));
      if (why !== undefined) return { line: line.line, why };
    }
    return undefined;
  }
  for (const { command, reply } of pairs(lines)) {
    if (command.name !== name) continue;
    // A request that was refused then may still be refused.
    if (reply?.error !== undefined) continue;
    const refusal = checkArguments(schema, name, argumentsOf(command.args));
    if (refusal !== undefined) return { line: command.line, why: refusal };
    const why = reply === undefined ? undefined : said(checkReturn(schema, name, reply.result));
    if (why !== undefined) return { line: reply!.line, why };
  }
  return undefined;
}

/** Recorded arguments with numbers for their placeholders, which are texts in the file. */
function argumentsOf(args: JsonObject | undefined): QDict {
  return fromPlain(args ?? {}) as QDict;
}

function said([problem]: readonly Problem[]): string | undefined {
  return problem === undefined ? undefined : `${problem.path} ${problem.message}`.trim();
}
