import { gen, sample, type Arbitrary } from 'fast-check';
import type { Session, Step } from '../../beside/session.ts';
import { commandLine } from './command-line.ts';
import { backendCommands } from './commands/backends.ts';
import { blockCommands, nbdCommands } from './commands/block.ts';
import { deviceCommands } from './commands/devices.ts';
import { displayCommands } from './commands/display.ts';
import { hmpCommands } from './commands/hmp.ts';
import { jobCommands } from './commands/jobs.ts';
import { lifecycleCommands, migrationCommands } from './commands/lifecycle.ts';
import type { StepMaker } from './commands/maker.ts';
import { mistaken, unknownCommand } from './commands/mistakes.ts';
import { qomCommands } from './commands/qom.ts';
import { queryCommands } from './commands/queries.ts';
import { Dice } from './dice.ts';
import { World } from './world.ts';

const GROUPS: readonly (readonly [number, readonly (readonly [number, StepMaker])[]])[] = [
  [26, queryCommands],
  [16, deviceCommands],
  [14, blockCommands],
  [13, backendCommands],
  [11, qomCommands],
  [9, lifecycleCommands],
  [8, hmpCommands],
  [5, displayCommands],
  [5, migrationCommands],
  [6, jobCommands],
  [3, nbdCommands],
];

/**
 * Sessions: a command line out of ordinary parts, then one to six commands that name what is there and what
 * is not.
 */
export function sessionArbitrary(): Arbitrary<Session> {
  return gen().map((draw) => session(new Dice(draw)));
}

/** The first sessions of a seed: the same ones for the same seed, however many are asked for. */
export function sessions(seed: number, count: number): Session[] {
  return sample(sessionArbitrary(), { seed, numRuns: count });
}

function session(dice: Dice): Session {
  const world = new World();
  const options = commandLine(dice, world);
  const steps = Array.from({ length: dice.integer(1, 6) }, () => command(dice, world));
  return { options, steps };
}

function command(dice: Dice, world: World): Step {
  if (dice.percent(2)) return unknownCommand(dice);
  const made = dice.weighted(dice.weighted(GROUPS))(dice, world);
  return dice.percent(4) ? mistaken(dice, made) : made;
}
