import { describe } from 'vitest';
import { expect, test } from 'qmp-vitest';
import { statusOf } from '../src/watch-status.ts';

describe('what a client has to live with', () => {
  test('one byte at a time', async ({ mock }) => {
    mock.fault.oneBytePerWrite();
    expect(await statusOf(await mock.listen(), 2000)).toEqual({ status: 'running' });
  });

  test('an event in the middle of the handshake', async ({ mock }) => {
    mock.fault.eventInHandshake('RESUME');
    expect(await statusOf(await mock.listen(), 2000)).toEqual({ status: 'running' });
  });

  test('a reply that nobody asked for', async ({ mock }) => {
    mock.fault.unknownIdReply();
    expect(await statusOf(await mock.listen(), 2000)).toEqual({ status: 'running' });
  });
});

describe('what it cannot live with, but has to report', () => {
  test('a monitor that somebody else holds: no greeting', async ({ mock }) => {
    mock.fault.noGreeting();
    expect(await statusOf(await mock.listen(), 20)).toMatchObject({
      status: 'unknown',
      reason: 'QMP_CONNECT',
    });
  });

  test('a reply that never comes', async ({ mock }) => {
    mock.fault.dropReply({ command: 'query-status' });
    expect(await statusOf(await mock.listen(), 100)).toMatchObject({
      status: 'unknown',
      reason: 'QMP_TIMEOUT',
    });
  });

  test('a machine that dies in mid-sentence', async ({ mock }) => {
    mock.fault.disconnectMidReply({ command: 'query-status' });
    expect(await statusOf(await mock.listen(), 2000)).toMatchObject({ reason: 'QMP_DISCONNECTED' });
  });

  test('something that is not QMP', async ({ mock }) => {
    mock.fault.wrongGreeting('SSH-2.0-OpenSSH_9.6');
    expect(await statusOf(await mock.listen(), 2000)).toMatchObject({ reason: 'QMP_CONNECT' });
  });
});
