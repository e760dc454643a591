import { describeBackends, expect, test } from 'qmp-vitest';

// The same suite, once on the mock and once on QEMU. Where the two differ, one of them fails: the mock that
// the rest of your tests run on is held against the real thing.
describeBackends(test, ['mock', 'qemu'], () => {
  test('pausing and going on', async ({ qmp }) => {
    await qmp.execute('stop');
    expect(await qmp.execute('query-status')).toMatchObject({ running: false, status: 'paused' });

    await qmp.execute('cont');
    expect(await qmp.execute('query-status')).toMatchObject({ running: true, status: 'running' });

    await expect(qmp).toEmitEvent('STOP');
    await expect(qmp).toEmitEvent('RESUME');
  });

  test('a command that does not exist', async ({ qmp }) => {
    await expect(qmp.untyped.execute('make-coffee')).rejects.toBeQmpError(
      'CommandNotFound',
      'The command make-coffee has not been found',
    );
  });

  test('an argument of the wrong type', async ({ qmp }) => {
    await expect(qmp.untyped.execute('set_link', { name: 'nic0', up: 'yes' })).rejects.toBeQmpError(
      'GenericError',
      "Invalid parameter type for 'up', expected: boolean",
    );
  });

  test('the whole conversation', async ({ qmp }) => {
    await qmp.execute('stop');
    await qmp.execute('query-name');

    // One snapshot for both: times, ids and versions are not in it.
    expect(qmp).toMatchTranscript();
  });
});
