import * as fc from 'fast-check';

/** A command and its arguments. */
export type Step = readonly [execute: string, args?: Readonly<Record<string, unknown>>];

/** A run of a machine: how it starts, and what it is told. */
export interface Plan {
  /**
   * The kind of the machine. `@TMP@` in it is a directory, in which there is a firmware of a guest that does
   * nothing.
   */
  readonly machine: readonly string[];
  /** An option with its argument each. */
  readonly options: readonly (readonly string[])[];
  readonly steps: readonly Step[];
}

const START_OPTIONS: readonly (readonly string[])[] = [
  ['-S'],
  ['-no-reboot'],
  ['-no-shutdown'],
  ['-action', 'reboot=shutdown,shutdown=pause'],
  ['-action', 'panic=pause'],
  ['-preconfig'],
  ['-incoming', 'defer'],
  ['-name', 'guest,,1'],
  ['-name', 'guest=vm,process=p'],
  ['-uuid', '5f0f6b1c-27d5-4d2e-9a3c-0a1b2c3d4e5f'],
  ['-object', 'iothread,id=io0'],
  ['-chardev', 'null,id=n0'],
  ['-chardev', 'ringbuf,id=rb'],
  ['-monitor', 'null'],
  ['-serial', 'null'],
];
const ON_PC: readonly (readonly string[])[] = [
  ['-smp', '2'],
  ['-m', '96'],
];

const NULL_BACKEND = { type: 'null', data: {} };
const STEPS: readonly Step[] = [
  ['stop'],
  ['cont'],
  ['system_reset'],
  ['system_powerdown'],
  ['system_wakeup'],
  ['query-status'],
  ['query-status'],
  ['inject-nmi'],
  ['set-action', { reboot: 'reset' }],
  ['set-action', { reboot: 'shutdown', shutdown: 'pause' }],
  ['set-action', { shutdown: 'poweroff' }],
  ['set-action', { panic: 'pause', watchdog: 'none' }],
  ['watchdog-set-action', { action: 'pause' }],
  ['x-exit-preconfig'],
  ['query-name'],
  ['query-uuid'],
  ['query-kvm'],
  ['query-current-machine'],
  ['query-chardev'],
  ['query-yank'],
  ['query-migrate'],
  ['query-migrate-parameters'],
  ['query-migrate-capabilities'],
  ['query-block'],
  ['query-named-block-nodes'],
  ['query-memory-size-summary'],
  ['query-memdev'],
  ['query-hotpluggable-cpus'],
  ['query-cpus-fast'],
  ['query-iothreads'],
  ['query-fdsets'],
  ['query-jobs'],
  ['query-mice'],
  ['query-version'],
  ['query-events'],
  ['query-tpm'],
  ['query-vnc'],
  ['query-spice'],
  ['query-target'],
  ['query-dump'],
  ['qom-list', { path: '/' }],
  ['qom-list', { path: '/objects' }],
  ['qom-list', { path: '/chardevs' }],
  ['qom-list', { path: '/machine' }],
  ['qom-list', { path: 'machine/peripheral' }],
  ['qom-get', { path: '/machine', property: 'type' }],
  ['qom-get', { path: '/machine', property: 'nosuch' }],
  ['qom-get', { path: '/nosuch', property: 'type' }],
  ['qom-set', { path: '/machine', property: 'graphics', value: false }],
  ['qom-set', { path: '/machine', property: 'graphics', value: 'x' }],
  ['object-add', { 'qom-type': 'iothread', id: 'io1' }],
  ['object-add', { 'qom-type': 'iothread', id: '1bad' }],
  ['object-add', { 'qom-type': 'secret', id: 's0', data: 'x' }],
  ['object-del', { id: 'io1' }],
  ['object-del', { id: 'nosuch' }],
  ['chardev-add', { id: 'c1', backend: NULL_BACKEND }],
  ['chardev-add', { id: 'c2', backend: { type: 'ringbuf', data: { size: 8 } } }],
  ['chardev-add', { id: 'c3', backend: { type: 'mux', data: { chardev: 'c1' } } }],
  ['chardev-remove', { id: 'c1' }],
  ['chardev-remove', { id: 'capture' }],
  ['chardev-change', { id: 'c1', backend: NULL_BACKEND }],
  ['ringbuf-write', { device: 'c2', data: 'hello world' }],
  ['ringbuf-read', { device: 'c2', size: 5 }],
  ['blockdev-add', { driver: 'null-co', 'node-name': 'd0', size: 1048576 }],
  ['blockdev-add', { driver: 'raw', 'node-name': 'd1', file: 'd0' }],
  ['blockdev-del', { 'node-name': 'd0' }],
  ['blockdev-del', { 'node-name': 'd1' }],
  ['migrate-set-parameters', { 'downtime-limit': 400 }],
  ['migrate-set-parameters', { 'downtime-limit': -1 }],
  ['migrate-set-parameters', { 'cpu-throttle-initial': 100 }],
  ['migrate-set-parameters', { 'max-bandwidth': -1 }],
  ['migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] }],
  ['migrate-pause'],
  ['migrate_cancel'],
  ['migrate-continue', { state: 'device' }],
  ['migrate-start-postcopy'],
  ['job-cancel', { id: 'j' }],
  ['block-job-cancel', { device: 'j' }],
  ['eject', { device: 'cd' }],
  ['eject'],
  ['device_del', { id: 'nosuch' }],
  ['device_add', { driver: 'nosuch' }],
  ['getfd', { fdname: 'a' }],
  ['closefd', { fdname: 'a' }],
  ['balloon', { value: 1 }],
  ['screendump', { filename: '/nosuch/x' }],
  ['input-send-event', { events: [] }],
  ['human-monitor-command', { 'command-line': 'info status' }],
  ['human-monitor-command', { 'command-line': 'info name' }],
  ['human-monitor-command', { 'command-line': 'info chardev' }],
  ['human-monitor-command', { 'command-line': 'stop' }],
  ['human-monitor-command', { 'command-line': 'c' }],
  ['human-monitor-command', { 'command-line': 'system_reset' }],
  ['human-monitor-command', { 'command-line': 'print 3*(4+1)' }],
  ['human-monitor-command', { 'command-line': 'print/d -5' }],
  ['human-monitor-command', { 'command-line': 'stop now' }],
  ['human-monitor-command', { 'command-line': 'nosuch' }],
  ['nosuch'],
  ['query-name', { a: 1, b: 2 }],
  ['quit'],
];

const bare = { machine: ['-machine', 'none'], options: START_OPTIONS };
const pc = {
  machine: ['-machine', 'pc,accel=tcg', '-bios', '@TMP@/idle.bin'],
  options: [...START_OPTIONS, ...ON_PC],
};

/** Plans with so many commands. */
export function plans(length: number): fc.Arbitrary<Plan> {
  return fc.constantFrom(bare, pc).chain(({ machine, options }) =>
    fc.record({
      machine: fc.constant(machine),
      options: fc.subarray([...options], { maxLength: 3 }),
      steps: fc.array(fc.constantFrom(...STEPS), { maxLength: length, size: 'max' }),
    }),
  );
}
