import type { AnyTarget } from '../target.ts';
import { address } from './address.ts';
import { args } from './arguments.ts';
import { cassette } from './cassette.ts';
import { commandLine } from './command-line.ts';
import { engine } from './engine.ts';
import { framing } from './framing.ts';
import { images } from './images.ts';
import { json } from './json.ts';

/** Name of each target to what makes it. */
export const targets: ReadonlyMap<string, () => AnyTarget> = new Map([
  ['framing', framing],
  ['json', json],
  ['address', address],
  ['arguments', args],
  ['command-line', commandLine],
  ['cassette', cassette],
  ['engine', engine],
  ['images', images],
]);
