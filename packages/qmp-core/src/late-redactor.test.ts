import { expect, test, vi } from 'vitest';
import { lateRedactor } from './late-redactor.ts';

test('a redactor that another copy of this package has loaded is found', async () => {
  Reflect.deleteProperty(globalThis, Symbol.for('qmp-test.redactor'));
  expect(lateRedactor()).toBeUndefined();
  vi.resetModules();
  await import('./redact/redactor.ts');
  expect(lateRedactor()?.text('password=hunter2')).not.toContain('hunter2');
});
