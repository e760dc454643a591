import { describe, expect } from 'vitest';
import { test } from './index.ts';

describe.each(['accept', 'connect', 'fd'] as const)('transport %s', (transport) => {
  test.override('qmpTransport', transport);

  test('gives a connected client of a mock', async ({ qmp, mock }) => {
    await qmp.execute('stop');
    expect(mock.received('stop')).toHaveLength(1);
    await expect(qmp).toEmitEvent('STOP');
  });
});

test('`mock` alone has no client', async ({ mock }) => {
  expect(mock.connections).toHaveLength(0);
});
