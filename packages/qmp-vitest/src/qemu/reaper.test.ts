import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scratch } from '../../test/support/stand-in.ts';
import { directoryEntry, processEntry, Reaper } from './reaper.ts';

/** A process that ends when it is killed, and not before. */
function victim(): ChildProcess & { pid: number } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

function filled(folder: string): string {
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'sub', 'file'), '');
  return folder;
}

/** A reaper as the guard uses one: it is told one entry after the other, and knows them all. */
function reaper(): { reaper: Reaper; add: (entry: string) => void } {
  const entries: string[] = [];
  const made = new Reaper(() => entries);
  onTestFinished(() => made.end());
  return {
    reaper: made,
    add: (entry) => {
      entries.push(entry);
      made.add(entry);
    },
  };
}

describe('when the process that had it is gone', { timeout: 60_000 }, () => {
  test('it ends the processes and removes the directories', async () => {
    const { reaper: made, add } = reaper();
    const child = victim();
    const exited = once(child, 'exit');
    const folder = filled(join(scratch(), 'machine'));
    add(directoryEntry(folder));
    add(processEntry(child.pid));
    await made.end();
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    'with a space',
    "with 'quotes'",
    '-rf',
    '$HOME',
    '*',
    '`x`',
    'a\\b',
    'a\nb',
    '\n',
    'neighbour\n',
    '\n-rf',
    '+a\nd\nr',
  ])('a directory %j is removed, and its neighbour is not', async (name) => {
    const { reaper: made, add } = reaper();
    const parent = scratch();
    const neighbour = filled(join(parent, 'neighbour'));
    const folder = filled(join(parent, name));
    add(directoryEntry(folder));
    await made.end();
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(neighbour)).toBe(true);
  });

  test('what a link points at stays', async () => {
    const { reaper: made, add } = reaper();
    const outside = filled(scratch());
    const folder = filled(join(scratch(), 'machine'));
    symlinkSync(outside, join(folder, 'link'));
    add(directoryEntry(folder));
    await made.end();
    expect(existsSync(folder)).toBe(false);
    expect(readFileSync(join(outside, 'sub', 'file'), 'utf8')).toBe('');
  });

  test('a process that was taken off the list is left alone, and only that', async () => {
    const { reaper: made, add } = reaper();
    const [kept, ended] = [victim(), victim()];
    const exited = once(ended, 'exit');
    add(processEntry(kept.pid));
    add(processEntry(ended.pid));
    made.forgetProcess(kept.pid);
    await made.end();
    await exited;
    expect([kept.exitCode, kept.signalCode]).toEqual([null, null]);
  });

  test('after a reset there is nothing to do', async () => {
    const { reaper: made, add } = reaper();
    const child = victim();
    const folder = filled(join(scratch(), 'machine'));
    add(directoryEntry(folder));
    add(processEntry(child.pid));
    made.reset();
    await made.end();
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    expect(existsSync(folder)).toBe(true);
  });

  test('a new one, in the place of one that was killed, knows everything', async () => {
    const { reaper: made, add } = reaper();
    const folders = ['first', 'second'].map((name) => filled(join(scratch(), name)));
    add(directoryEntry(folders[0] ?? ''));
    await made.end();
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, true]);
    filled(folders[0] ?? '');
    add(directoryEntry(folders[1] ?? ''));
    await made.end();
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, false]);
  });

  test('a path with a line break is one path', async () => {
    const { reaper: made, add } = reaper();
    const parent = scratch();
    const innocent = filled(join(parent, 'innocent'));
    add(directoryEntry(`${join(parent, 'x')}\nd${innocent}`));
    await made.end();
    expect(existsSync(innocent)).toBe(true);
  });

  test('an entry that came only in part does not count', async () => {
    const { reaper: made, add } = reaper();
    const innocent = filled(join(scratch(), 'innocent'));
    const [beginning = ''] = directoryEntry(`${innocent}\nmore`).split('\n');
    add(beginning);
    await made.end();
    expect(existsSync(innocent)).toBe(true);
  });

  test.each(['plain', 'with\na line break'])(
    'a directory %j that was taken off the list stays',
    async (name) => {
      const { reaper: made, add } = reaper();
      const [foreign, ours] = [filled(join(scratch(), name)), filled(join(scratch(), name))];
      add(directoryEntry(foreign));
      add(directoryEntry(ours));
      made.forgetDirectory(foreign);
      await made.end();
      expect([existsSync(foreign), existsSync(ours)]).toEqual([true, false]);
    },
  );
});
