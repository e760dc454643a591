import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROWS } from './rows.ts';

test('every theme has a test file, and every test file a theme', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.test.ts'));
  expect(files.toSorted()).toEqual(
    [...Object.keys(ROWS), 'rows'].map((name) => `${name}.test.ts`).toSorted(),
  );
});
