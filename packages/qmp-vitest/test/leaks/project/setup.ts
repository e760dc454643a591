import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

// How many descriptors a test file opens and does not close. Only what a machine could have opened: sockets,
// pipes, and what lies below the directory for temporary files.

let before: readonly string[] = [];

beforeAll(() => {
  before = descriptors();
});

afterAll(async () => {
  // Closed handles are gone one turn of the event loop later.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  const opened = descriptors().filter((target) => !before.includes(target));
  const folder = join(process.env['LEAK_REPORTS'] ?? tmpdir(), 'descriptors');
  mkdirSync(folder, { recursive: true });
  // The reaper of this process has the other end of one pipe, for as long as the process lives.
  writeFileSync(join(folder, String(process.pid)), String(opened.length - reapers()));
});

function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return /^(socket|pipe):/.test(target) || target.startsWith(tmpdir()) ? [target] : [];
    } catch {
      return [];
    }
  });
}

function reapers(): number {
  // A process is listed with the thread that started it, and a worker thread is one.
  const children = readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim().split(/\s+/),
  );
  return children.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0qmp-reaper\0');
    } catch {
      return false;
    }
  }).length;
}
