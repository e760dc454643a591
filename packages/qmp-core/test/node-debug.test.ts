/** `NODE_DEBUG` is read when Node starts, so this runs the built client in a process of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = `
import { Duplex } from 'node:stream';
import { QmpClient } from 'qmp-core';
const peer = new Duplex({
  read() {},
  write(chunk, encoding, done) {
    if (chunk.toString().includes('qmp_capabilities')) this.push('{"return": {}, "id": 1}\\r\\n');
    else if (chunk.toString().includes('hunter2')) this.push('{"error": {"class": "GenericError", "desc": "hunter2\u009b"}, "id": 3}\\r\\n');
    else this.push('{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}\\r\\n{"return": {}, "id": 2}\\r\\n');
    done();
  },
});
peer.push('{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 9}, "package": ""}, "capabilities": []}}\\r\\n');
const client = await QmpClient.over(peer);
await client.execute('stop');
await client.execute('set_password', { protocol: 'vnc', password: 'hunter2' }).catch(() => {});
await client.close();
`;

const run = promisify(execFile);
const cwd = new URL('../../..', import.meta.url);
const args = ['--conditions=none', '--input-type=module', '--eval', script];

test('NODE_DEBUG=qmp prints what goes out and what comes in; without it nothing is printed', async () => {
  const { stderr } = await run(process.execPath, args, { cwd, env: { ...process.env, NODE_DEBUG: 'qmp' } });
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('QMP '))
    .map((line) => line.replace(/^QMP \d+: /, '').trimEnd());
  expect(lines).toEqual([
    '<<< {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 9}, "package": ""}, "capabilities": []}}',
    '>>> {"execute":"qmp_capabilities","id":1}',
    '<<< {"return": {}, "id": 1}',
    '>>> {"execute":"stop","id":2}',
    '<<< {"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}',
    '<<< {"return": {}, "id": 2}',
    '>>> {"execute":"set_password","arguments":{"protocol":"vnc","password":"${redacted}"},"id":3}',
    '<<< {"error":{"class":"GenericError","desc":"${redacted}\\u009b"},"id":3}',
    '--- the client was closed',
  ]);
  const quiet = await run(process.execPath, args, { cwd, env: { ...process.env, NODE_DEBUG: '' } });
  expect(quiet.stderr).toBe('');
});
