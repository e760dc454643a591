import { describe, test as base } from 'vitest';
import { withQmp } from 'qmp-vitest';

describe('a suite', () => {
  const test = withQmp(base, { scope: 'file' });

  test('is not collected', async ({ qmp }) => {
    await qmp.execute('stop');
  });
});
