import { family, genericError, type CommandFamily } from '../command.ts';

/** Trace events (`qapi/trace.json`): the mock has none, so only patterns can be right. */
export const tracing: CommandFamily = family({
  'trace-event-get-state': (_machine, args) => {
    refuseUnknown(args.get('name') as string);
    return [];
  },
  'trace-event-set-state': (_machine, args) => refuseUnknown(args.get('name') as string),
});

function refuseUnknown(name: string): void {
  if (!/[*?]/.test(name)) throw genericError(`unknown event "${name}"`);
}
