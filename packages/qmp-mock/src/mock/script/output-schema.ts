import { checkEvent, checkReturn, type Problem } from '../../engine/schema/check-output.ts';
import type { Schema } from '../../engine/schema/schema.ts';
import type { OutputSchema } from './output-rules.ts';

/** Number of problems that a message names. */
const NAMED = 3;

/** Makes the output rules of a version from its introspection schema. */
export function outputSchema(schema: Schema): OutputSchema {
  return {
    version: schema.version,
    commands: schema.commands,
    events: schema.events,
    checkReturn: (command, value) => describe(checkReturn(schema, command, value)),
    checkEvent: (event, data) => describe(checkEvent(schema, event, data)),
  };
}

function describe(problems: readonly Problem[]): string | undefined {
  if (problems.length === 0) return undefined;
  const named = problems.slice(0, NAMED).map(({ path, message }) => `${path} ${message}`.trim());
  const more = problems.length > NAMED ? ` (and ${problems.length - NAMED} more)` : '';
  return named.join('; ') + more;
}
