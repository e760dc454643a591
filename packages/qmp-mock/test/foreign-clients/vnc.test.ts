import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createConnection, type Rect } from 'rfb2';
import { QmpClient } from 'qmp-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MockQmp } from '../../src/index.ts';
import { VERSIONS } from '../support/versions.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

vi.setConfig({ testTimeout: 10_000 });

const PASSWORD = 'sesame';

/** A machine with a graphics card and a VNC server that asks for a password. */
async function machineWithVnc(qemu: string, ...more: string[]) {
  const folder = temporaryDirectory('qmp-vnc-');
  const path = join(folder, 'vnc.sock');
  const args = ['-machine', 'pc', '-nodefaults', '-vga', 'std', '-vnc', `unix:${path},password=on`, ...more];
  const mock = new MockQmp({ qemu, args });
  const client = await QmpClient.connect(await mock.listen());
  onTestFinished(async () => {
    await client.close();
    await mock.close();
  });
  await client.execute('set_password', { protocol: 'vnc', password: PASSWORD });
  return { mock, client, path };
}

function viewer(path: string, password: string) {
  const stream = connect(path);
  const rfb = createConnection({ stream, password });
  onTestFinished(() => void stream.destroy());
  /** The next rectangle of pixels. */
  const nextPicture = async (): Promise<Rect> => ((await once(rfb, 'rect')) as [Rect])[0];
  return { rfb, stream, nextPicture };
}

test.each(VERSIONS)('a client of VNC authenticates and gets the picture of QEMU %s', async (qemu) => {
  const { client, path } = await machineWithVnc(qemu, '-S', '-name', 'tom');
  const { rfb, stream, nextPicture } = viewer(path, PASSWORD);
  const picture = nextPicture();
  const events = ['VNC_CONNECTED', 'VNC_INITIALIZED', 'VNC_DISCONNECTED'] as const;
  const told = events.map((event) => client.waitForEvent(event));
  await once(rfb, 'connect');
  expect(rfb).toMatchObject({ width: 640, height: 480, title: 'QEMU (tom)' });
  expect((await picture).data?.equals(Buffer.alloc(640 * 480 * 4))).toBe(true);
  const address = { host: '', service: '', family: 'unix', websocket: false };
  const server = { ...address, service: path, auth: 'vnc' };
  expect(await client.execute('query-vnc')).toMatchObject({ auth: 'vnc', clients: [address] });
  stream.destroy();
  for (const { data } of await Promise.all(told)) expect(data).toEqual({ server, client: address });
  expect(await client.execute('query-vnc')).toMatchObject({ clients: [] });
});

test('a client with the wrong password is sent away', async () => {
  const { client, path } = await machineWithVnc(VERSIONS[0]!, '-S');
  const gone = client.waitForEvent('VNC_DISCONNECTED');
  const { rfb } = viewer(path, 'simsalabim');
  expect(String(await once(rfb, 'error'))).toContain('Authentication failed');
  await gone;
});

test('a client sees the picture that the test gives, and the next one', async () => {
  const { mock, path } = await machineWithVnc(VERSIONS[0]!, '-S');
  mock.machine.guest.screen = { width: 2, height: 1, rgb: Uint8Array.of(255, 0, 0, 0, 128, 255) };
  const { rfb, nextPicture } = viewer(path, PASSWORD);
  // Each pixel is blue, green, red, and a byte that says nothing.
  expect([...(await nextPicture()).data!]).toEqual([0, 0, 255, 0, 255, 128, 0, 0]);
  rfb.requestUpdate(true, 0, 0, 2, 1);
  const resized = once(rfb, 'resize');
  mock.machine.guest.screen = { width: 1, height: 1, rgb: Uint8Array.of(1, 2, 3) };
  expect(await resized).toMatchObject([{ width: 1, height: 1 }]);
  rfb.requestUpdate(false, 0, 0, 1, 1);
  expect([...(await nextPicture()).data!]).toEqual([3, 2, 1, 0]);
});

test('the guest receives keys and the mouse of a client while it runs', async () => {
  const { mock, client, path } = await machineWithVnc(VERSIONS[0]!, '-S');
  mock.machine.guest.screen = { width: 1, height: 1, rgb: new Uint8Array(3) };
  const { rfb, nextPicture } = viewer(path, PASSWORD);
  await nextPicture();
  const press = async (keysym: number): Promise<void> => {
    rfb.keyEvent(keysym, 1);
    rfb.keyEvent(keysym, 0);
    // What comes after it has been read only when that has been.
    rfb.requestUpdate(false, 0, 0, 1, 1);
    await nextPicture();
  };
  await press(0x61);
  expect(mock.machine.guest.input.events).toEqual([]);
  await client.execute('cont');
  await press(0xff0d);
  rfb.pointerEvent(10, 10, 0);
  rfb.pointerEvent(12, 9, 1);
  await press(0x41);
  const key = (name: string) => [true, false].map((down) => ({ type: 'key', key: name, down }));
  expect(mock.machine.guest.input.events).toEqual([
    ...key('ret'),
    { type: 'btn', button: 'left', down: true },
    { type: 'rel', axis: 'x', value: 2 },
    { type: 'rel', axis: 'y', value: -1 },
    // An upper-case letter without shift: QEMU turns caps lock on first.
    ...key('caps_lock'),
    ...key('a'),
  ]);
});
