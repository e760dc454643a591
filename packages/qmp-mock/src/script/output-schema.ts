import type { Schema } from '../schema/schema.ts';
import type { OutputSchema } from './output-rules.ts';

/** What a version can send, by its introspection schema. */
export function outputSchema(schema: Schema): OutputSchema {
  return {
    version: schema.version,
    commands: schema.commands,
    events: schema.events,
    checkReturn: () => undefined,
    checkEvent: () => undefined,
  };
}
