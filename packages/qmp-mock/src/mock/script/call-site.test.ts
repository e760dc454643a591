import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { CallSite } from 'qmp-core/internal';

function outer(): string {
  return new CallSite().toString();
}

test('names the caller by file, line and column', () => {
  expect(new CallSite().toString()).toMatch(/call-site\.test\.ts:10:\d+$/);
});

test('works in a named function and without one', () => {
  expect(outer()).toMatch(/call-site\.test\.ts:6:\d+$/);
  expect([1].map(() => new CallSite().toString())[0]).toMatch(/call-site\.test\.ts:15:\d+$/);
});

test('leaves the depth of stack traces as it was', () => {
  const before = Error.stackTraceLimit;
  expect(new CallSite().toString()).not.toBe('');
  expect(Error.stackTraceLimit).toBe(before);
});

// Under Vitest the frames of what was built name the sources.
test.each([
  ['as it is', []],
  ['with source maps', ['--enable-source-maps']],
])('names the program of who has the built package, %s', (_name, flags) => {
  const built = new URL('../../../dist/index.js', import.meta.url).href;
  const script = `import { MockQmp } from ${JSON.stringify(built)};
    const mock = new MockQmp();
    mock.expect('system_reset');
    try { mock.verify() } catch (error) { console.log(error.message) }`;
  const { stdout } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/defined at .*eval1\]:3:10$/m);
});
