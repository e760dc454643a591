import { test } from '../launcher.ts';

test('is killed together with what it has spawned', ({ standIns }) => standIns.killBoth());
