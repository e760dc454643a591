import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A stand-in as people put it on `PATH` in QEMU's place: a script that listens and greets. */
const SCRIPT = `#!${process.execPath}
require('node:net')
  .createServer((socket) => socket.end('{"QMP": {"version": {"qemu": {"major": 9, "minor": 0, "micro": 0}, "package": ""}, "capabilities": []}}'))
  .listen(process.argv[3].replace(/^unix:|,.*$/g, ''), () => console.log('listens'));
`;

/** Spawns a stand-in as the code under test would, by the name of QEMU; resolves when it listens. */
export async function spawnStandIn(): Promise<{
  child: ChildProcess;
  directory: string;
  env: NodeJS.ProcessEnv;
}> {
  const directory = mkdtempSync(join(tmpdir(), 'qmp-'));
  writeFileSync(join(directory, 'qemu-system-x86_64'), SCRIPT, { mode: 0o700 });
  const PATH = [directory, process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH };
  const child = spawn('qemu-system-x86_64', ['-qmp', `unix:${join(directory, 's')},server=on`], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return { child, directory, env };
}
