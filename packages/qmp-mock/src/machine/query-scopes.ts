import type { Subject } from './setup/subject.ts';

/** Conditions that the recorded reply to a query depends on. */
interface QueryScope {
  readonly subjects: readonly Subject[];
  /**
   * Whether it shows the board itself, so that it is right for the recorded type of machine alone, before its
   * guest has run; or for every kind of PC, whatever its guest does.
   */
  readonly ofBoard: false | 'recorded' | 'any PC';
}

const of = (...subjects: readonly Subject[]): QueryScope => ({ subjects, ofBoard: false });
const ofBoard = (...subjects: readonly Subject[]): QueryScope => ({ subjects, ofBoard: 'recorded' });
const ofPc = (...subjects: readonly Subject[]): QueryScope => ({ subjects, ofBoard: 'any PC' });

/** Replies that the binary alone decides, or a state that no command of the mock changes. */
const CONSTANT = of();
const BOARD = ofBoard('devices', 'firmware', 'memory', 'cpus', 'numa', 'usb', 'accelerator');

const SCOPES: Readonly<Record<string, QueryScope>> = {
  'query-audiodevs': of('audio'),
  'query-block-exports': CONSTANT,
  'query-block-jobs': CONSTANT,
  'query-chardev-backends': CONSTANT,
  'query-colo-status': CONSTANT,
  'query-command-line-options': CONSTANT,
  'query-cryptodev': of('objects', 'virtio'),
  'query-dirty-rate': CONSTANT,
  'query-dump': CONSTANT,
  'query-dump-guest-memory-capability': CONSTANT,
  'query-fdsets': of('descriptors'),
  'query-firmware-log': of('devices', 'firmware'),
  'query-hv-balloon-status-report': of('devices'),
  'query-jobs': CONSTANT,
  'query-machines': CONSTANT,
  'query-memory-devices': of('memory'),
  'query-migrationthreads': of('migration'),
  'query-pr-managers': of('objects'),
  'query-replay': of('accelerator'),
  'query-sev': of('objects'),
  'query-sev-capabilities': of('accelerator'),
  'query-sev-launch-measure': of('objects'),
  'query-sgx-capabilities': of('accelerator'),
  'query-stats-schemas': of('accelerator'),
  'query-target': CONSTANT,
  'query-tpm': of('tpm'),
  'query-tpm-models': CONSTANT,
  'query-tpm-types': CONSTANT,
  'query-vcpu-dirty-limit': of('accelerator'),
  'query-vm-generation-id': of('devices'),
  'query-xen-replication-status': CONSTANT,
  'x-query-numa': of('numa'),
  'x-query-opcount': of('accelerator'),
  'x-query-usb': of('usb'),
  'x-query-virtio': of('virtio'),
  'query-gic-capabilities': CONSTANT,
  'query-s390x-cpu-polarization': CONSTANT,
  'query-acpi-ospm-status': ofPc('memory'),
  'query-sgx': ofPc('memory'),
};

/** The conditions of a recorded reply. An unknown query depends on everything. */
export function scopeOfQuery(query: string): QueryScope {
  return Object.hasOwn(SCOPES, query) ? (SCOPES[query] ?? BOARD) : BOARD;
}
