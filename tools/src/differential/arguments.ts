/**
 * The argument check: random arguments of every command. Each request has a member that no command has, so
 * that none ever runs.
 */
import * as fc from 'fast-check';
import { QDict, QFloat, type QValue } from '../internals/engine.ts';
import { checkArguments, loadSchema, type CommandInfo, type Schema } from '../internals/schema.ts';
import { runCampaign, type CampaignOptions } from '../lib/campaign.ts';
import { Monitor, NO_MACHINE } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';
import { SchemaArguments, typesBelow } from '../random/schema-arguments.ts';
import { Float, toText, type WireObject, type WireValue } from '../random/wire-value.ts';

/**
 * Commands in which many types can be met are the ones with something to find: so many, four times out of
 * five.
 */
const RICH = 40;
/** How likely a fault is at each value. */
const FAULTS = [0, 0.01, 0.05, 0.2];

interface Input {
  readonly command: CommandInfo;
  readonly args: WireObject;
}

export interface ArgumentsOptions extends CampaignOptions {
  /** With `-compat` rejecting what is deprecated or unstable. */
  readonly reject?: boolean | undefined;
}

export async function compareArguments(program: Program, options: ArgumentsOptions): Promise<boolean> {
  const { reject = false } = options;
  const schema = loadSchema(program.version);
  const compat = reject ? ['-compat', 'deprecated-input=reject,unstable-input=reject'] : [];
  const policy = reject ? ({ deprecatedInput: 'reject', unstableInput: 'reject' } as const) : {};
  const kinds = new Map<string, number>();
  await using qemu = await Monitor.start(program, [...NO_MACHINE, ...compat]);
  const right = await runCampaign<Input>(
    {
      name: `${program.name}, arguments${reject ? ' (reject)' : ''}`,
      input: inputs(schema, reject),
      show: request,
      async check(input) {
        const theirs = (await qemu.refusal(request(input))) ?? 'no refusal';
        const kind = theirs.replaceAll(/'[^]*?'(?=$| is | does | expects |,)/g, '…');
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        const ours = checkArguments(schema, input.command.name, toQDict(input.args), policy) ?? 'no refusal';
        return theirs === ours ? undefined : `they differ\n  QEMU  ${theirs}\n  mock  ${ours}`;
      },
    },
    options,
  );
  if (right)
    for (const [kind, times] of [...kinds].toSorted((a, b) => b[1] - a[1])) console.log(`${times}\t${kind}`);
  return right;
}

function inputs(schema: Schema, reject: boolean): fc.Arbitrary<Input> {
  const commands = [...schema.commands.values()].filter(
    (command) => command.checked && !(reject && isForbidden(command)),
  );
  const reach = (command: CommandInfo): number => typesBelow(schema, command.argType).size;
  const rich = commands.toSorted((a, b) => reach(b) - reach(a)).slice(0, RICH);
  const command = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...commands) },
    { weight: 4, arbitrary: fc.constantFrom(...rich) },
  );
  const makers = FAULTS.map((fault) => new SchemaArguments(schema, fault));
  return fc
    .tuple(command, fc.constantFrom(...makers))
    .chain(([chosen, maker]) => maker.refused(chosen).map((args) => ({ command: chosen, args })));
}

/** Whether QEMU refuses the command before it looks at the arguments. */
function isForbidden({ features }: CommandInfo): boolean {
  return features.includes('deprecated') || features.includes('unstable');
}

function request({ command, args }: Input): string {
  return `{"execute":"${command.name}","arguments":${toText(args)}}`;
}

function toQDict(args: WireObject): QDict {
  return new QDict([...args].map(([name, member]) => [name, toQValue(member)]));
}

/** The value as QEMU's parser makes it: what fits no 64-bit integer becomes floating point. */
function toQValue(value: WireValue): QValue {
  if (value instanceof Map) return toQDict(value);
  if (Array.isArray(value)) return value.map((item) => toQValue(item));
  if (value instanceof Float) return new QFloat(Number(value.text));
  if (typeof value !== 'bigint') return value;
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return new QFloat(Number(value));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
