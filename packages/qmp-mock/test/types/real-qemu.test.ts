import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { typeTable } from '../../src/machine/types/type-table.ts';
import { MockQmp } from '../../src/index.ts';
import { loadProfile } from '../../src/version/load-profile.ts';
import { knownVersions } from '../../src/version/version-folders.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../support/real-qemu.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

const NO_MACHINE = ['-machine', 'none', '-nodefaults', '-display', 'none'];

/** A conversation by the line: a request is answered by one line. */
function conversation(stream: Duplex): { next(): Promise<string>; ask(request: object): Promise<string> } {
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const ask = (request: object): Promise<string> => {
    stream.write(`${JSON.stringify(request)}\n`);
    return next();
  };
  return { next, ask };
}

async function startQemu(binary: string): Promise<Socket> {
  const directory = temporaryDirectory('qmp-types-');
  const server = createServer();
  server.listen(join(directory, 's'));
  await once(server, 'listening');
  const qemu = spawn(binary, [...NO_MACHINE, '-qmp', `unix:${join(directory, 's')}`], { stdio: 'ignore' });
  onTestFinished(() => {
    qemu.kill('SIGKILL');
    server.close();
  });
  const [socket] = (await once(server, 'connection')) as [Socket];
  return socket;
}

const binary = findQemu();

test('every type is listed, with its properties, as the installed QEMU lists it', async ({ skip }) => {
  if (binary === undefined && !qemuRequired) skip(NO_QEMU);
  const real = conversation(await startQemu(binary ?? 'qemu-system-x86_64'));
  const { QMP } = JSON.parse(await real.next()) as { QMP: { version: { qemu: Record<string, number> } } };
  const version = `${QMP.version.qemu['major']}.${QMP.version.qemu['minor']}`;
  if (!knownVersions().includes(version)) skip(`nothing is recorded of QEMU ${version}`);
  const mock = new MockQmp({ qemu: version });
  onTestFinished(() => mock.close());
  const ours = conversation(mock.connect());
  await ours.next();

  const differences: string[] = [];
  const compare = async (execute: string, args?: object): Promise<void> => {
    const request = { execute, arguments: args };
    if ((await real.ask(request)) !== (await ours.ask(request))) differences.push(JSON.stringify(request));
  };
  await compare('qmp_capabilities');
  await compare('qom-list-types', { abstract: true });
  await compare('qom-list-types');
  const types = typeTable(loadProfile(version));
  for (const { name } of types.list({ abstract: true })) {
    for (const abstract of [true, false]) await compare('qom-list-types', { implements: name, abstract });
    await compare('device-list-properties', { typename: name });
    // QEMU itself crashes at the few objects whose properties aren't known.
    const crashes = types.is(name, 'object') && types.properties(name) === undefined;
    if (!crashes) await compare('qom-list-properties', { typename: name });
  }
  for (const name of ['nosuch', '', '__proto__']) {
    await compare('qom-list-types', { implements: name });
    await compare('device-list-properties', { typename: name });
    await compare('qom-list-properties', { typename: name });
  }
  expect(differences).toEqual([]);
});
