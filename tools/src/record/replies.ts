/**
 * Records what a real QEMU with some devices in it returns and which events it sends, as cases for the tests
 * of the mock's check of scripted replies and events. Times and counters in it are others each time; what is
 * tested is the shape.
 */
import { writeFileSync } from 'node:fs';
import { inRepository } from '../lib/repository.ts';
import { askSchema, fold, queryNames } from '../internals/learn.ts';
import { Monitor } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';

const MACHINE = `
  -name guest -uuid 5f0f6b1c-27d5-4d2e-9a3c-0a1b2c3d4e5f -nodefaults -S
  -machine pc,accel=tcg -m 128,slots=2,maxmem=1G -smp 2,maxcpus=4 -vga std
  -object iothread,id=io0 -object memory-backend-ram,id=mem0,size=16M
  -object rng-random,id=rng0,filename=/dev/urandom -device pc-dimm,memdev=mem0,id=dimm0
  -blockdev driver=null-co,node-name=disk0,size=16777216,read-zeroes=on
  -device virtio-blk-pci,drive=disk0,id=vd0,iothread=io0 -device ide-cd,id=cd0
  -netdev hubport,id=net0,hubid=0 -device virtio-net-pci,netdev=net0,id=nic0
  -device virtio-balloon-pci,id=balloon0 -device virtio-rng-pci,rng=rng0,id=rngdev0
  -device qemu-xhci,id=xhci0 -device usb-tablet,id=tablet0
  -device virtio-serial-pci,id=vs0 -chardev null,id=c0 -device virtserialport,chardev=c0
`
  .trim()
  .split(/\s+/);

/** Queries that are long and that an idle machine answers alike; `queries.json` has them. */
const LONG = new Set(['query-machines', 'query-cpu-definitions', 'query-command-line-options']);

/** Makes some events happen. */
const ACTIONS = [
  { execute: 'cont' },
  { execute: 'stop' },
  { execute: 'system_powerdown' },
  { execute: 'blockdev-open-tray', arguments: { id: 'cd0' } },
  { execute: 'blockdev-close-tray', arguments: { id: 'cd0' } },
  { execute: 'device_del', arguments: { id: 'tablet0' } },
  { execute: 'blockdev-add', arguments: { driver: 'null-co', 'node-name': 'target', size: 16_777_216 } },
  {
    execute: 'blockdev-mirror',
    arguments: { 'job-id': 'job0', device: 'disk0', target: 'target', sync: 'full' },
  },
  { execute: 'block-job-cancel', arguments: { device: 'job0' } },
  { execute: 'system_reset' },
  { execute: 'quit' },
];

/** Writes the file of a version. */
export async function writeReplies(program: Program): Promise<void> {
  const file = inRepository(`packages/qmp-mock/test/replies/${program.version}.jsonl`);
  const lines = await recordReplies(program);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  console.log(`${file}: ${lines.length} lines`);
}

/**
 * The lines of the file of a version: one for each return (`{"command", "return"}`), and for each event that
 * differs from all before it in more than values (`{"event", "data"}`).
 */
async function recordReplies(program: Program): Promise<string[]> {
  await using qemu = await Monitor.start(program, MACHINE);
  const lines: string[] = [];
  const events: string[] = [];
  const shapes = new Set<string>();
  qemu.onEvent((text) => {
    const { event, data }: { event: string; data?: object } = JSON.parse(text);
    const shape = JSON.stringify([event, Object.keys(data ?? {})]);
    if (shapes.has(shape)) return;
    shapes.add(shape);
    events.push(JSON.stringify({ event, ...(data === undefined ? {} : { data }) }));
  });
  const { schema } = await askSchema(qemu);
  for (const name of queryNames(schema).filter((query) => !LONG.has(query))) {
    const { text, message } = await qemu.ask({ execute: name });
    if (message.error !== undefined) continue;
    const value = fold(text).slice('{"return": '.length, -'}'.length);
    lines.push(`{"command": ${JSON.stringify(name)}, "return": ${value}}`);
  }
  for (const action of ACTIONS) {
    await qemu.ask(action);
    // Some versions send it before they answer.
    if (action.execute === 'device_del')
      while (!events.some((line) => line.includes('"DEVICE_DELETED"'))) await qemu.anyEvent();
  }
  await qemu.drain();
  // Events of different devices and jobs have no order.
  return [...lines, ...events.toSorted()];
}
