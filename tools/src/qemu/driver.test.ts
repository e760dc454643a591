import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Scratch } from '../lib/scratch.ts';
import { recordedVersions } from '../lib/versions.ts';
import { Lines } from './lines.ts';
import { Monitor, NO_MACHINE } from './monitor.ts';
import { QemuProcess } from './process.ts';
import { fakeQemu } from './program.ts';
import { listening, listenOn, reach } from './sockets.ts';

const version = recordedVersions().at(-1)!;
const program = fakeQemu(version);

test('a monitor on an inherited descriptor: replies in order, events apart', async () => {
  await using qemu = await Monitor.start(program, NO_MACHINE);
  const events: string[] = [];
  qemu.onEvent((text) => events.push(JSON.parse(text).event));
  const { major, minor } = qemu.version.qemu;
  expect(`${major}.${minor}`).toBe(version);
  expect(await qemu.value({ execute: 'query-name' })).toEqual({});
  expect(await qemu.refusal({ execute: 'nosuch' })).toBe('The command nosuch has not been found');
  expect(await qemu.askAll([{ execute: 'cont' }, { execute: 'query-kvm' }])).toHaveLength(2);
  qemu.send({ execute: 'stop' });
  await qemu.event('STOP');
  expect((await qemu.reply()).text).toBe('{"return": {}}');
  await qemu.ask({ execute: 'quit' });
  await qemu.drain();
  expect(events).toEqual(['RESUME', 'STOP', 'SHUTDOWN']);
  expect(await qemu.process.exited).toMatchObject({ code: 0 });
  await expect(qemu.ask({ execute: 'query-name' })).rejects.toThrow(
    `fake-qemu ${version} ended (exit code 0)`,
  );
});

test('a program that does not start says why', async () => {
  await expect(Monitor.start(program, ['-nosuch'])).rejects.toThrow('-nosuch: invalid option');
  await expect(Monitor.start({ ...program, command: ['/nosuch'] }, [])).rejects.toThrow('does not start');
});

describe('sockets', () => {
  const monitor = (path: string, more = ''): string[] => [...NO_MACHINE, '-qmp', `unix:${path}${more}`];

  test('connects as soon as the program listens, and takes what it says as bytes', async () => {
    using scratch = new Scratch();
    const path = scratch.file('q');
    await using qemu = new QemuProcess(program, monitor(path, ',server=on,wait=off'));
    await listening(path, qemu);
    await using lines = new Lines(await reach(path, qemu));
    expect(await lines.line()).toMatch(/^\{"QMP"/);
    lines.send('{"execute": "qmp_capabilities"}{"execute": "query-name", "id": "é"}');
    expect(await lines.linesUntil((line) => line.includes('\\u00E9'))).toMatchObject({ end: 'found' });
    lines.end();
    expect(await lines.rest()).toBe('');
  });

  test('is dialled; and gives up when the program has ended', async () => {
    using scratch = new Scratch();
    await using listener = await listenOn(scratch.file('q'));
    await using qemu = new QemuProcess(program, monitor(scratch.file('q')));
    await using lines = new Lines(await listener.accept(qemu));
    expect(await lines.line()).toMatch(/^\{"QMP"/);
    await expect(lines.line(50)).rejects.toMatchObject({ reason: 'silent' });
    await qemu.stop();
    await expect(lines.line()).rejects.toMatchObject({ reason: 'ended' });
    await expect(listener.accept(qemu)).rejects.toThrow('ended (SIGKILL)');
    await expect(reach(scratch.file('nobody'), qemu)).rejects.toThrow('ended (SIGKILL)');
  });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s to a tool leaves nothing behind', async (signal) => {
  const module = (name: string): string => JSON.stringify(new URL(`../../dist/${name}`, import.meta.url));
  const script = `
    const { Scratch } = await import(${module('lib/scratch.js')});
    const { Monitor, NO_MACHINE } = await import(${module('qemu/monitor.js')});
    const { fakeQemu } = await import(${module('qemu/program.js')});
    const scratch = new Scratch();
    const qemu = await Monitor.start(fakeQemu('${version}'), NO_MACHINE);
    console.log(JSON.stringify({ pid: qemu.process.pid, path: scratch.path }));`;
  const tool = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(tool, 'exit');
  const [line] = await once(tool.stdout, 'data');
  const { pid, path }: { pid: number; path: string } = JSON.parse(String(line));
  expect(existsSync(path)).toBe(true);
  tool.kill(signal);
  await ended;
  expect(existsSync(path)).toBe(false);
  await expect.poll(() => runs(pid)).toBe(false);
});

/** Whether a process runs; one that has ended and that nobody has asked about yet does not. */
function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}
