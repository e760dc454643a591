import { QmpCommandError, type UntypedQapi } from 'qmp-core';
import { expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import { NO_REPLY } from '../../engine/monitor/command-host.ts';

/** Statements for the compiler: each `@ts-expect-error` fails the type check if there is no error. */
function whatTheCompilerSays(mock: MockQmp): void {
  // Values, functions, promises, generators, errors.
  mock.handle('query-status', { running: true, status: 'running' });
  mock.handle('query-status', () => ({ running: true, status: 'debug' }));
  mock.handle('query-status', async () => ({ running: true, status: 'debug' }));
  mock.handle('query-status', async (_args, ctx) => ({ ...(await ctx.passthrough()), status: 'paused' }));
  mock.handle('query-status', (_args, ctx) => ctx.passthrough());
  mock.handle('query-status', function* (_args, ctx) {
    yield { running: false, status: 'prelaunch' };
    yield ctx.passthrough();
    return { running: true, status: 'running' };
  });
  mock.handle('query-status', async function* () {
    yield { running: false, status: 'prelaunch' };
  });
  mock.handle('query-name', [{ name: 'a' }, {}].values());
  mock.handle('stop', {});
  mock.handle('stop', new QmpCommandError('GenericError', 'no'));
  mock.handle('stop', () => NO_REPLY);
  mock.handle('device_del', ({ id }) => {
    id satisfies string;
    return {};
  });

  // @ts-expect-error -- no such run state
  mock.handle('query-status', { running: true, status: 'runing' });
  // @ts-expect-error -- a member is missing
  mock.handle('query-status', () => ({ status: 'running' }));
  // @ts-expect-error -- a member is missing
  mock.handle('query-status', async () => ({ status: 'running' }));
  // @ts-expect-error -- a forgotten return
  mock.handle('query-status', () => {});
  // @ts-expect-error -- no such argument
  mock.handle('device_del', ({ name }) => ({ name }));
  // @ts-expect-error -- no such command
  mock.handle('query-blok', []);
  mock.handle('x-vendor', { any: 1n }, { unchecked: true });
  mock.handle('x-vendor', (args, ctx) => [ctx.command, Object.keys(args).length], { unchecked: true });

  // Expectations.
  mock.expect('query-name').return({ name: 'a' });
  mock.expect('device_del', { id: expect.any(String) as string }).emit('DEVICE_DELETED', { path: '/a' });
  mock.expect('x-vendor', undefined, { unchecked: true }).return(1).emit('X_EVENT', { n: 1 });
  // @ts-expect-error -- not what it returns
  mock.expect('query-name').return([]);
  // @ts-expect-error -- its data is missing
  mock.expect('stop').emit('RESET');

  // Events.
  mock.emit('STOP');
  mock.emit('RESET', { guest: true, reason: 'guest-reset' }, { timestamp: 0 });
  mock.emit('X_EVENT', { n: 1 }, { unchecked: true });
  // @ts-expect-error -- its data is missing
  mock.emit('RESET');
  // @ts-expect-error -- no such reason
  mock.emit('RESET', { guest: true, reason: 'nothing' });
  // @ts-expect-error -- no such event
  mock.emit('X_EVENT', { n: 1 });

  mock.scenario((s) => {
    s.on('cont').return({}).emit('RESUME');
    s.meanwhile('query-status').return({ running: true, status: 'running' });
    s.emit('SHUTDOWN', { guest: true, reason: 'guest-shutdown' });
    // @ts-expect-error -- not what it returns
    s.on('cont').return(1);
  });
}

function whatItSaysWithoutASchema(mock: MockQmp<UntypedQapi>): void {
  mock.handle('anything', (args, ctx) => {
    ctx.emit('ANYTHING', { n: args['n'] });
    return { a: [1, 2n, null] };
  });
  mock.emit('ANYTHING');
  mock.emit('ANYTHING', { a: 1 });
}

test('a schema helps, and none gates', () => {
  const mock = new MockQmp<UntypedQapi>();
  onTestFinished(() => mock.close());
  whatItSaysWithoutASchema(mock);
  expect(whatTheCompilerSays).toBeTypeOf('function');
});
