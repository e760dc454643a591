import * as vitest from 'vitest';
import { withQmp } from 'qmp-vitest';

const test = withQmp(vitest as never);

test('is not collected', async ({ qmp }) => {
  await qmp.execute('stop');
});
