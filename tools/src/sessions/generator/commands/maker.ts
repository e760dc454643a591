import type { JsonObject, Step } from '../../../beside/session.ts';
import type { Dice } from '../dice.ts';
import type { World } from '../world.ts';

/** Makes a command for a machine, and tells the world what it may have changed. */
export type StepMaker = (dice: Dice, world: World) => Step;

/** A command with its arguments. */
export function step(execute: string, args?: JsonObject): Step {
  return args === undefined ? { execute } : { execute, arguments: args };
}

/** A line for the human monitor. */
export function hmp(line: string): Step {
  return step('human-monitor-command', { 'command-line': line });
}
