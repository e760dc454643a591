/** Counts the open descriptors of this process (Linux). */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { heapUsed } from '../lib/memory.ts';

/** Bytes that the heap may have grown by. */
const HEAP_MAX = 3 * 2 ** 20;
/** Turns of the event loop in which the end of what has just been closed is heard of. */
const TURNS = 50;
/** How long what is left may take to go, in ms. */
const DEADLINE = 10_000;

const COUNTED = ['descriptors', 'sockets', 'children', 'resources', 'timers', 'directories', 'heap'] as const;

export type Census = Readonly<Record<(typeof COUNTED)[number], number>>;

export function census(): Census {
  const heap = heapUsed();
  const open = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // It was the one by which the list was read.
      return [];
    }
  });
  const active = process.getActiveResourcesInfo();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  return {
    descriptors: open.length,
    sockets: open.filter((name) => name.startsWith('socket:')).length,
    children: children.split(' ').filter(Boolean).length,
    // The census itself waits for the next turn of the event loop.
    resources: active.filter((name) => name !== 'Timeout' && name !== 'Immediate').length,
    timers: active.filter((name) => name === 'Timeout').length,
    directories: readdirSync(tmpdir()).filter((name) => name.startsWith('qmp-')).length,
    heap,
  };
}

/** The least that is open over some turns: a socket closes a turn after its owner. */
export async function atRest(): Promise<Census> {
  let least = census();
  for (let left = TURNS; left > 0; left--) {
    await turn();
    const now = census();
    least = Object.fromEntries(COUNTED.map((name) => [name, Math.min(least[name], now[name])])) as Census;
  }
  return least;
}

/** Turns the event loop until nothing is left that was not there, or the deadline is over. */
export async function settled(before: Census): Promise<{ now: Census; left: readonly string[] }> {
  for (const began = performance.now(); ; await turn()) {
    const now = census();
    const left = COUNTED.filter((name) => now[name] > before[name] + (name === 'heap' ? HEAP_MAX : 0));
    if (left.length === 0 || performance.now() - began > DEADLINE) return { now, left };
  }
}
