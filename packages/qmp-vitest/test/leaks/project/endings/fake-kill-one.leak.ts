import { test } from '../launcher.ts';

test('passes though one of those that it has spawned was killed', ({ standIns }) => standIns.killOne());
