import { QmpCommandError } from 'qmp-core';
import type { QDict } from '../../engine/json/value.ts';
import { BlockGraph } from '../block-graph.ts';
import {
  deviceNotActive,
  deviceNotFound,
  family,
  genericError,
  textOf,
  type CommandFamily,
  type MachineCommand,
} from '../command.ts';
import { DescriptorTable } from '../descriptor-table.ts';

/** A command that always fails here, because what it is about is not part of the built-in machine. */
const fails =
  (refusal: (args: QDict) => QmpCommandError): MachineCommand =>
  (_machine, args) => {
    throw refusal(args);
  };

const noBlockJob = (member: string): MachineCommand =>
  fails((args) => deviceNotActive(`Block job '${textOf(args, member)}' not found`));
const noJob: MachineCommand = fails(() => genericError('Job not found'));
const noDevice = (member: string): MachineCommand => fails((args) => deviceNotFound(textOf(args, member)));
const noExport = (member: string): MachineCommand =>
  fails((args) => genericError(`Export '${textOf(args, member)}' is not found`));
const noRocker: MachineCommand = fails((args) => genericError(`rocker ${textOf(args, 'name')} not found`));
const noDescriptor =
  (member: string): MachineCommand =>
  (machine, args) => {
    const name = textOf(args, member);
    if (!machine.store(DescriptorTable).hasNamed(name)) {
      throw genericError(`File descriptor named '${name}' has not been found`);
    }
    throw genericError('Invalid protocol');
  };

/** A command on a drive, which may be named by its device or by the id of a device in front of it. */
const noDrive: MachineCommand = fails((args) => {
  if (args.has('device') === args.has('id')) {
    return genericError("Need exactly one of 'device' and 'id'");
  }
  return deviceNotFound(textOf(args, args.has('device') ? 'device' : 'id'));
});

/** A command on a block node: refuses an unknown one, and says of a known one that it is not modelled. */
const onNode =
  (device: string | undefined, node: string | undefined): MachineCommand =>
  (machine, args, call) => {
    machine
      .store(BlockGraph)
      .lookup(device === undefined ? '' : textOf(args, device), node === undefined ? '' : textOf(args, node));
    throw genericError(`The mock cannot run ${call.name} on a node; script an answer to it`);
  };

/** The same, in other words. */
const onBitmapOf =
  (member: string, refusal: (name: string) => string): MachineCommand =>
  (machine, args, call) => {
    const name = textOf(args, member);
    const nodes = machine.store(BlockGraph).list();
    if (!nodes.some((item) => item.name === name)) throw genericError(refusal(name));
    throw genericError(`The mock cannot run ${call.name} on a node; script an answer to it`);
  };

const nodeNotFound = (name: string): string => `Node '${name}' not found`;
const noNodeNamed = (name: string): string => `Failed to find node with node-name='${name}'`;

/** Commands about jobs, drives, exports, displays and devices of which an idle machine has none. */
export const absent: CommandFamily = family({
  'block-job-cancel': noBlockJob('device'),
  'block-job-pause': noBlockJob('device'),
  'block-job-resume': noBlockJob('device'),
  'block-job-complete': noBlockJob('device'),
  'block-job-set-speed': noBlockJob('device'),
  'block-job-dismiss': noBlockJob('id'),
  'block-job-finalize': noBlockJob('id'),
  'block-job-change': noBlockJob('id'),
  'job-cancel': noJob,
  'job-pause': noJob,
  'job-resume': noJob,
  'job-complete': noJob,
  'job-dismiss': noJob,
  'job-finalize': noJob,
  'block-commit': noDevice('device'),
  'block-stream': onNode('device', 'device'),
  'blockdev-backup': onNode('device', 'device'),
  'blockdev-mirror': onNode('device', 'device'),
  'drive-backup': onNode('device', 'device'),
  'drive-mirror': onNode('device', 'device'),
  'blockdev-snapshot': onNode('node', 'node'),
  'blockdev-snapshot-sync': onNode('device', 'node-name'),
  'blockdev-snapshot-internal-sync': onNode('device', 'device'),
  'blockdev-snapshot-delete-internal-sync': onNode('device', 'device'),
  'change-backing-file': onNode('device', 'device'),
  'x-blockdev-change': onNode('parent', 'parent'),
  'nbd-server-add': onNode('device', 'device'),
  'block-export-add': onNode(undefined, 'node-name'),
  'block-dirty-bitmap-add': onNode('node', 'node'),
  'block-dirty-bitmap-remove': onBitmapOf('node', nodeNotFound),
  'block-dirty-bitmap-clear': onBitmapOf('node', nodeNotFound),
  'block-dirty-bitmap-enable': onBitmapOf('node', nodeNotFound),
  'block-dirty-bitmap-disable': onBitmapOf('node', nodeNotFound),
  'block-dirty-bitmap-merge': onBitmapOf('node', nodeNotFound),
  'block-set-write-threshold': onBitmapOf('node-name', (name) => `Device '${name}' not found`),
  'x-blockdev-set-iothread': onBitmapOf('node-name', noNodeNamed),
  'blockdev-set-active': (machine, args) => {
    if (args.has('node-name')) machine.store(BlockGraph).get(textOf(args, 'node-name'));
  },
  block_resize: (machine, args) => {
    machine.store(BlockGraph).lookup(textOf(args, 'device'), textOf(args, 'node-name'));
    throw genericError('Image format driver does not support resize');
  },
  'block-latency-histogram-set': noDevice('id'),
  'blockdev-open-tray': noDrive,
  'blockdev-close-tray': noDrive,
  'blockdev-remove-medium': noDrive,
  'blockdev-insert-medium': noDrive,
  'blockdev-change-medium': noDrive,
  eject: noDrive,
  block_set_io_throttle: noDrive,
  'nbd-server-remove': noExport('name'),
  'block-export-del': noExport('id'),
  netdev_del: noDevice('id'),
  set_link: noDevice('name'),
  'query-rx-filter': (_machine, args) => {
    if (args.has('name')) throw genericError(`invalid net client name: ${textOf(args, 'name')}`);
    return [];
  },
  'query-rocker': noRocker,
  'query-rocker-ports': noRocker,
  'query-rocker-of-dpa-flows': noRocker,
  'query-rocker-of-dpa-groups': noRocker,
  balloon: fails(() => deviceNotActive('No balloon device has been activated')),
  set_password: (machine, args) => {
    if (args.get('protocol') === 'spice') throw deviceNotActive('SPICE is not in use');
    throw genericError(machine.rules.noVncPassword);
  },
  expire_password: fails((args) =>
    args.get('protocol') === 'spice'
      ? deviceNotActive('SPICE is not in use')
      : genericError('Could not set password expire time'),
  ),
  'change-vnc-password': (machine) => {
    throw genericError(machine.rules.noVncPassword);
  },
  add_client: noDescriptor('fdname'),
  'display-reload': () => undefined,
  'display-update': fails(() => genericError('Can not find vnc display')),
  screendump: fails((args) => {
    if (args.has('head') && !args.has('device')) {
      return genericError("'head' must be specified together with 'device'");
    }
    if (args.has('device')) return deviceNotFound(textOf(args, 'device'));
    return genericError('There is no console to take a screendump from');
  }),
  'dump-skeys': fails(() => genericError('Storage keys information not available for this architecture')),
  'query-stats': () => [],
  'set-vcpu-dirty-limit': fails(() =>
    genericError("dirty page limit feature requires KVM with accelerator property 'dirty-ring-size' set"),
  ),
  'cancel-vcpu-dirty-limit': () => undefined,
  'x-colo-lost-heartbeat': (machine) => {
    throw genericError(machine.rules.noColo);
  },
  'query-sev-attestation-report': fails(() => genericError('SEV is not enabled')),
  'sev-inject-launch-secret': fails(() => genericError('SEV not enabled for guest')),
  'x-query-virtio-status': (machine, args) => {
    throw genericError(machine.rules.notVirtio.replace('%', () => textOf(args, 'path')));
  },
  'x-query-virtio-queue-status': fails((args) =>
    genericError(`Path ${textOf(args, 'path')} is not a VirtIODevice`),
  ),
  'replay-seek': fails(() => genericError('replay must be enabled to seek')),
  'replay-break': fails(() => genericError('setting the breakpoint is allowed only in play mode')),
  'replay-delete-break': fails(() => genericError('replay breakpoints are allowed only in play mode')),
  'cxl-inject-poison': fails(() => genericError('Unable to resolve path')),
  'announce-self': () => undefined,
  'xen-set-global-dirty-log': () => undefined,
  'xen-set-replication': () => undefined,
  'xen-colo-do-checkpoint': () => undefined,
  'nbd-server-stop': fails(() => genericError('NBD server not running')),
  'xen-event-list': fails(() => genericError('Xen event channel emulation not enabled')),
  client_migrate_info: fails(() => genericError("Parameter 'protocol' expects 'spice'")),
});
