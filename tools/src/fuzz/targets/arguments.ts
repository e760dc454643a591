import * as fc from 'fast-check';
import { fromPlain, QDict } from '../../internals/engine.ts';
import { checkArguments, loadSchema } from '../../internals/schema.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { SchemaArguments } from '../../random/schema-arguments.ts';
import { toPlain, toText, type WireObject } from '../../random/wire-value.ts';
import { hold, target, type AnyTarget } from '../target.ts';

/** How likely a fault is at each value. */
const FAULT = 0.25;

const noArguments = fc.constant<WireObject>(new Map());

export function args(): AnyTarget {
  const inputs = recordedVersions().map((version) => {
    const schema = loadSchema(version);
    const random = new SchemaArguments(schema, FAULT);
    const commands = fc.oneof(
      { weight: 50, arbitrary: fc.constantFrom(...schema.commands.keys()) },
      { weight: 1, arbitrary: fc.constantFrom('__proto__', 'nosuch') },
    );
    return commands.chain((command) => {
      const info = schema.commands.get(command);
      return fc.record({
        schema: fc.constant(schema),
        command: fc.constant(command),
        given: info === undefined ? noArguments : random.of(info),
        reject: fc.boolean(),
      });
    });
  });
  return target({
    what: "the check of every command's arguments, every version",
    input: fc.oneof(...inputs),
    show: ({ schema, command, given }) => `${schema.version} ${command} ${toText(given)}`,
    check({ schema, command, given, reject }) {
      const policy = reject ? ({ deprecatedInput: 'reject', unstableInput: 'reject' } as const) : {};
      const dict = fromPlain(toPlain(given));
      hold(dict instanceof QDict, 'an object is something else');
      const refusal = checkArguments(schema, command, dict, policy);
      hold(refusal === undefined || (typeof refusal === 'string' && refusal !== ''), 'no text, no success');
      const empty: { x?: unknown; polluted?: unknown } = {};
      hold(empty.x === undefined && empty.polluted === undefined, 'a prototype was polluted');
    },
  });
}
