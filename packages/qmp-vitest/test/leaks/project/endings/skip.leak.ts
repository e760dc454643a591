import { test } from '../launcher.ts';

test('skips itself in the middle', ({ machines: _machines, skip }) => {
  skip('for a reason');
});
