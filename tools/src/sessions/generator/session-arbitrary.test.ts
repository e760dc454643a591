import { expect, test } from 'vitest';
import { sessions } from './session-arbitrary.ts';

test('a seed gives the same sessions, however many are asked for', () => {
  expect(sessions(7, 5)).toEqual(sessions(7, 50).slice(0, 5));
  expect(sessions(8, 5)).not.toEqual(sessions(7, 5));
});

test('sessions are of one to six commands, on many machines, with many commands', () => {
  const made = sessions(1, 1500);
  expect(made.every(({ steps }) => steps.length >= 1 && steps.length <= 6)).toBe(true);
  const commands = new Set(made.flatMap(({ steps }) => steps.map(({ execute }) => execute)));
  const options = new Set(made.flatMap((session) => session.options.map(([name]) => name)));
  const models = new Set(
    made.flatMap((session) =>
      session.options.flatMap(([name, text = '']) => (name === '-device' ? [text.split(',')[0]] : [])),
    ),
  );
  expect(commands.size).toBeGreaterThan(200);
  expect(options.size).toBeGreaterThan(75);
  expect(models.size).toBeGreaterThan(75);
});
