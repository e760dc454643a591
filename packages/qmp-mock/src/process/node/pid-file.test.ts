import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leavePidFiles, writePidFile } from './pid-file.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-pid-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'pid');
}

describe('a pid file', () => {
  it('is locked until it is removed', () => {
    const path = scratch();
    const remove = writePidFile(path, process.pid);
    expect(() => writePidFile(path, process.pid)).toThrow(
      expect.objectContaining({ code: 'EAGAIN' }) as Error,
    );
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    remove();
    expect(existsSync(path)).toBe(false);
    writePidFile(path, process.pid)();
  });

  it('is free if it stands for a process that was killed', async () => {
    const path = scratch();
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    writePidFile(path, child.pid ?? 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    writePidFile(path, process.pid)();
  });

  it('is free at once if its process is said to be gone', () => {
    const path = scratch();
    writePidFile(path, process.pid);
    leavePidFiles(process.pid);
    expect(existsSync(path)).toBe(true);
    writePidFile(path, process.pid)();
  });

  it('is free if it names a process that does not have it open', () => {
    const path = scratch();
    writeFileSync(path, `${process.ppid}\n`);
    const remove = writePidFile(path, process.pid);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    remove();
  });
});
