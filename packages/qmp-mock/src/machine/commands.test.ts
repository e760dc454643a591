import { describe, expect, it } from 'vitest';
import { show } from 'qmp-core/matching';
import { machineBench } from '../../test/support/machine-bench.ts';
import { NEWEST, rulesOf, VERSIONS, versionsWhere } from '../../test/support/versions.ts';

type Step = readonly [command: string, args: Record<string, unknown> | undefined, reply: unknown];

const NULL = { type: 'null', data: {} };
const unit = {};

interface Dialogue {
  readonly title: string;
  /** The versions that it is of; by default the newest alone. */
  readonly where?: Parameters<typeof versionsWhere>[0];
  /** Machine type. */
  readonly type?: string;
  readonly steps: readonly Step[];
}

/** QEMU's answers, command after command, on one machine. */
const dialogues: readonly Dialogue[] = [
  {
    title: 'chardevs',
    type: 'none',
    steps: [
      ['chardev-add', { id: 'c', backend: NULL }, unit],
      ['chardev-add', { id: 'c', backend: NULL }, "GenericError: Chardev with id 'c' already exists"],
      [
        'chardev-add',
        { id: 'm', backend: { type: 'mux', data: { chardev: 'nosuch' } } },
        "GenericError: Failed to add chardev 'm': mux: base chardev nosuch not found",
      ],
      ['chardev-add', { id: 'm', backend: { type: 'mux', data: { chardev: 'c' } } }, unit],
      ['chardev-remove', { id: 'c' }, "GenericError: Chardev 'c' is busy"],
      ['chardev-remove', { id: 'm' }, unit],
      ['chardev-remove', { id: 'c' }, unit],
      ['chardev-remove', { id: 'c' }, "GenericError: Chardev 'c' not found"],
      ['chardev-change', { id: 'c', backend: NULL }, "GenericError: Chardev 'c' does not exist"],
      ['query-chardev', undefined, []],
    ],
  },
  {
    title: 'statistics of one provider',
    type: 'none',
    steps: [
      ['query-stats-schemas', { provider: 'kvm' }, []],
      ['query-stats-schemas', { provider: 'cryptodev' }, expect.objectContaining({ length: 1 })],
    ],
  },
  {
    title: 'machines whose guest cannot sleep',
    type: 'microvm',
    steps: [
      ['query-current-machine', undefined, { 'wakeup-suspend-support': false }],
      ['system_wakeup', undefined, 'GenericError: wake-up from suspend is not supported by this guest'],
    ],
  },
  {
    title: 'nodes within nodes',
    type: 'none',
    steps: [
      [
        'blockdev-add',
        {
          driver: 'raw',
          'node-name': 'q',
          size: 512,
          offset: 512,
          file: { driver: 'null-co', 'node-name': 'f', size: 4096 },
        },
        unit,
      ],
      [
        'blockdev-add',
        { driver: 'raw', 'node-name': 'z', size: 1, file: 'f' },
        'GenericError: Specified size is not multiple of 512',
      ],
      [
        'blockdev-add',
        { driver: 'raw', 'node-name': 'z', offset: 9999, file: 'f' },
        'GenericError: Offset (9999) cannot be greater than size of the containing file (4096)',
      ],
      ['blockdev-del', { 'node-name': 'f' }, 'GenericError: Node f is not owned by the monitor'],
      ['blockdev-del', { 'node-name': 'q' }, unit],
      ['blockdev-del', { 'node-name': 'f' }, "GenericError: Failed to find node with node-name='f'"],
    ],
  },
  {
    title: 'memory backends',
    type: 'none',
    steps: [
      ['object-add', { 'qom-type': 'memory-backend-ram', id: 'm', size: 65_536, dump: false }, unit],
      [
        'query-memdev',
        undefined,
        [
          {
            id: 'm',
            size: 65_536,
            merge: true,
            dump: false,
            prealloc: false,
            share: false,
            reserve: true,
            'host-nodes': [],
            policy: 'default',
          },
        ],
      ],
    ],
  },
  {
    title: 'devices by their path',
    steps: [
      [
        'device_add',
        { driver: 'virtio-rng-pci', id: 'r', bus: 'pci.9' },
        "GenericError: Bus 'pci.9' not found",
      ],
      ['device_add', { driver: 'virtio-rng-pci', id: 'r', bus: 'pci.0' }, unit],
      ['qom-get', { path: '/machine/peripheral/r', property: 'type' }, 'virtio-rng-pci'],
      ['device_del', { id: '/machine/peripheral/r' }, unit],
    ],
  },
  {
    title: 'memory that no host has',
    steps: [
      [
        'object-add',
        { 'qom-type': 'memory-backend-ram', id: 'm', size: 10n ** 18n },
        "GenericError: cannot set up guest memory 'm': Cannot allocate memory",
      ],
    ],
  },
  {
    title: 'ring buffers',
    steps: [
      [
        'chardev-add',
        { id: 'r', backend: { type: 'ringbuf', data: { size: 3 } } },
        "GenericError: Failed to add chardev 'r': size of ringbuf chardev must be power of two",
      ],
      [
        'chardev-add',
        { id: 'r', backend: { type: 'ringbuf', data: { size: 2 ** 33 + 2 ** 32 } } },
        "GenericError: Failed to add chardev 'r': size of ringbuf chardev must be power of two",
      ],
      [
        'chardev-add',
        { id: 'r', backend: { type: 'ringbuf', data: { size: 2n ** 62n } } },
        'GenericError: qmp-mock does not model a ringbuf of 4611686018427387904 bytes: QEMU ends as it cannot allocate them; script an answer to it',
      ],
      ['chardev-add', { id: 'r', backend: { type: 'ringbuf', data: { size: 4 } } }, unit],
      ['ringbuf-write', { device: 'r', data: 'abcdefg' }, unit],
      ['ringbuf-read', { device: 'r', size: 2 }, 'de'],
      ['ringbuf-write', { device: 'r', data: 'aGk=', format: 'base64' }, unit],
      ['ringbuf-read', { device: 'r', size: 100, format: 'base64' }, 'ZmdoaQ=='],
      ['ringbuf-read', { device: 'r', size: 0 }, 'GenericError: size must be greater than zero'],
      ['ringbuf-read', { device: 'nosuch', size: 1 }, "GenericError: Device 'nosuch' not found"],
      [
        'ringbuf-write',
        { device: 'r', data: '!!', format: 'base64' },
        'GenericError: Base64 data contains invalid characters',
      ],
    ],
  },
  {
    title: 'objects',
    type: 'none',
    steps: [
      ['object-add', { 'qom-type': 'iothread', id: 'i0' }, unit],
      [
        'object-add',
        { 'qom-type': 'iothread', id: 'i0' },
        "GenericError: attempt to add duplicate property 'i0' to object (type 'container')",
      ],
      [
        'object-add',
        { 'qom-type': 'iothread', id: '1' },
        "GenericError: Parameter 'id' expects an identifier",
      ],
      [
        'object-add',
        { 'qom-type': 'secret', id: 's' },
        "GenericError: Either 'file' or 'data' must be provided",
      ],
      ['qom-get', { path: '/objects/i0', property: 'type' }, 'iothread'],
      ['qom-get', { path: 'i0', property: 'type' }, 'iothread'],
      ['object-del', { id: 'i0' }, unit],
      ['object-del', { id: 'i0' }, "GenericError: object 'i0' not found"],
      ['qom-list', { path: '/objects' }, [{ name: 'type', type: 'string' }]],
    ],
  },
  {
    title: 'properties',
    type: 'none',
    steps: [
      ['qom-get', { path: '/machine', property: 'graphics' }, true],
      ['qom-set', { path: '/machine', property: 'graphics', value: false }, unit],
      ['qom-get', { path: '/machine', property: 'graphics' }, false],
      [
        'qom-set',
        { path: '/machine', property: 'graphics', value: 'off' },
        "GenericError: Invalid parameter type for 'graphics', expected: boolean",
      ],
      [
        'qom-set',
        { path: '/machine', property: 'type', value: 'x' },
        "GenericError: Property 'none-machine.type' is not writable",
      ],
      ['qom-get', { path: '/', property: 'nosuch' }, "GenericError: Property 'container.nosuch' not found"],
      ['qom-get', { path: '/nosuch', property: 'x' }, "DeviceNotFound: Device '/nosuch' not found"],
      ['qom-list', { path: '' }, "GenericError: Path '' is ambiguous"],
      ['qom-get', { path: '', property: 'type' }, "DeviceNotFound: Device '' not found"],
      ['qom-get', { path: '/machine', property: 'unattached' }, '/machine/unattached'],
      [
        'qom-set',
        { path: '/machine', property: 'memory-backend', value: 'zz' },
        "DeviceNotFound: Device 'zz' not found",
      ],
    ],
  },
  {
    title: 'block nodes',
    steps: [
      [
        'blockdev-add',
        { driver: 'null-co' },
        "GenericError: 'node-name' must be specified for the root node",
      ],
      ['blockdev-add', { driver: 'null-co', 'node-name': '1' }, "GenericError: Invalid node-name: '1'"],
      [
        'blockdev-add',
        { driver: 'null-co', 'node-name': 'x'.repeat(32) },
        'GenericError: Node name too long',
      ],
      ['blockdev-add', { driver: 'null-co', 'node-name': 'n', size: 512 }, unit],
      [
        'blockdev-add',
        { driver: 'null-co', 'node-name': 'n' },
        "GenericError: Duplicate nodes with node-name='n'",
      ],
      ['blockdev-add', { driver: 'raw', 'node-name': 'r', file: 'n' }, unit],
      ['blockdev-del', { 'node-name': 'n' }, 'GenericError: Block device n is in use'],
      [
        'blockdev-add',
        { driver: 'qcow2', 'node-name': 'q', file: { driver: 'null-co' } },
        'GenericError: Image is not in qcow2 format',
      ],
      ['blockdev-del', { 'node-name': 'r' }, unit],
      ['blockdev-del', { 'node-name': 'n' }, unit],
      ['query-named-block-nodes', undefined, []],
      ['transaction', { actions: [] }, unit],
      [
        'transaction',
        { actions: [{ type: 'abort', data: {} }] },
        'GenericError: Transaction aborted using Abort action',
      ],
    ],
  },
  {
    title: 'what an idle machine has none of',
    steps: [
      ['block-job-cancel', { device: 'x' }, "DeviceNotActive: Block job 'x' not found"],
      ['job-cancel', { id: 'x' }, 'GenericError: Job not found'],
      ['block_resize', { device: 'x', size: 1 }, "GenericError: Cannot find device='x' nor node-name=''"],
      ['block-stream', { device: 'x' }, "GenericError: Cannot find device='x' nor node-name='x'"],
      ['eject', {}, "GenericError: Need exactly one of 'device' and 'id'"],
      ['eject', { device: 'x' }, "DeviceNotFound: Device 'x' not found"],
      ['set_link', { name: 'x', up: true }, "DeviceNotFound: Device 'x' not found"],
      ['balloon', { value: 1 }, 'DeviceNotActive: No balloon device has been activated'],
      ['getfd', { fdname: 'a' }, 'GenericError: No file descriptor supplied via SCM_RIGHTS'],
      ['closefd', { fdname: 'a' }, "GenericError: File descriptor named 'a' not found"],
      [
        'remove-fd',
        { 'fdset-id': 5, fd: 3 },
        "GenericError: File descriptor named 'fdset-id:5, fd:3' not found",
      ],
      ['trace-event-get-state', { name: 'nosuch' }, 'GenericError: unknown event "nosuch"'],
      ['trace-event-get-state', { name: 'nosuch*' }, []],
    ],
  },
  {
    title: 'devices',
    steps: [
      ['device_add', {}, "GenericError: Parameter 'driver' is missing"],
      ['device_add', { driver: 'nosuch' }, "GenericError: 'nosuch' is not a valid device model name"],
      ['device_add', { driver: 'isa-serial' }, "GenericError: Bus 'isa.0' does not support hotplugging"],
      ['device_add', { driver: 'virtio-rng-pci', id: 'r' }, unit],
      ['device_add', { driver: 'virtio-rng-pci', id: 'r' }, "GenericError: Duplicate device ID 'r'"],
      ['device_del', { id: 'nosuch' }, "DeviceNotFound: Device 'nosuch' not found"],
      ['device_del', { id: '/machine' }, 'GenericError: /machine is not a device'],
      ['device_del', { id: 'r' }, unit],
    ],
  },
  {
    title: 'properties of devices',
    steps: [
      ['device_add', { driver: 'e1000', bogus: 1 }, "GenericError: Property 'e1000.bogus' not found"],
      [
        'device_add',
        { driver: 'e1000', mac: 'zz' },
        "GenericError: Property 'e1000.mac' doesn't take value 'zz'",
      ],
      [
        'device_add',
        { driver: 'e1000', addr: '2.9' },
        "GenericError: Property 'e1000.addr' doesn't take value '2.9'",
      ],
      [
        'device_add',
        { driver: 'virtio-net-pci', netdev: 'x' },
        "GenericError: Property 'virtio-net-device.netdev' can't find value 'x'",
      ],
      ['device_add', { driver: 'virtio-rng-pci', rng: 'x' }, "DeviceNotFound: Device 'x' not found"],
      [
        'device_add',
        { driver: 'virtio-rng-pci', multifunction: 'on' },
        "GenericError: Invalid parameter type for 'multifunction', expected: boolean",
      ],
      [
        'device_add',
        { driver: 'virtio-rng-pci', vectors: 'x' },
        "GenericError: Parameter 'vectors' expects uint64",
      ],
      [
        'device_add',
        { driver: 'e1000', rombar: 2 ** 33 },
        "GenericError: Parameter 'rombar' expects int32_t",
      ],
      ['device_add', { driver: 'virtio-blk-pci' }, 'GenericError: drive property not set'],
      [
        'device_add',
        { driver: 'e1000', hotplugged: true },
        "GenericError: Property 'e1000.hotplugged' is not writable",
      ],
    ],
  },
  {
    title: 'properties of devices as text',
    where: (rules) => !rules.typedProperties,
    steps: [
      ['device_add', { driver: 'virtio-rng-pci', multifunction: 'on' }, unit],
      [
        'device_add',
        { driver: 'virtio-rng-pci', multifunction: 'maybe' },
        "GenericError: Parameter 'multifunction' expects 'on' or 'off'",
      ],
      [
        'device_add',
        { driver: 'virtio-rng-pci', 'max-bytes': 'x' },
        "GenericError: Parameter 'max-bytes' expects integer",
      ],
      ['device_add', { driver: 'virtio-rng-pci', rng: {} }, unit],
    ],
  },
  {
    title: 'migration',
    where: ({ migrationAddress, migrationParameter }) =>
      migrationAddress.first && migrationParameter === 'parameter',
    steps: [
      ['migrate-set-parameters', { 'max-bandwidth': -1 }, unit],
      [
        'migrate-set-parameters',
        { 'downtime-limit': 3_000_000 },
        "GenericError: Parameter 'downtime_limit' expects an integer in the range of 0 to (2000 * 1000) ms",
      ],
      ['migrate', {}, "GenericError: need either 'uri' or 'channels' argument"],
      ['migrate', { uri: 'bogus' }, 'GenericError: unknown migration protocol: bogus'],
      ['migrate-incoming', { uri: 'x' }, "GenericError: '-incoming' was not specified on the command line"],
      ['migrate-continue', { state: 'device' }, 'GenericError: Migration not in expected state: none'],
      ['query-migrate', undefined, {}],
    ],
  },
  {
    title: 'migration to what cannot be',
    where: ({ migrationAddress: { first, port } }) => first && port === 'port in address',
    steps: [
      ['migrate', { uri: '' }, 'GenericError: unknown migration protocol: '],
      ['migrate', { uri: 'tcp' }, 'GenericError: unknown migration protocol: tcp'],
      ['migrate', { uri: 'TCP:x:1' }, 'GenericError: unknown migration protocol: TCP:x:1'],
      ['migrate', { uri: 'defer' }, 'GenericError: unknown migration protocol: defer'],
      ['migrate', { uri: 'tcp:' }, "GenericError: error parsing address ''"],
      ['migrate', { uri: 'tcp:h' }, "GenericError: error parsing address 'h'"],
      ['migrate', { uri: 'tcp:h:' }, "GenericError: error parsing address 'h:'"],
      ['migrate', { uri: 'tcp::' }, "GenericError: error parsing port in address ':'"],
      ['migrate', { uri: 'tcp:[::1]' }, "GenericError: error parsing IPv6 address '[::1]'"],
      ['migrate', { uri: 'vsock:1' }, "GenericError: error parsing address '1'"],
      ['migrate', { uri: 'unix:' }, 'GenericError: invalid Unix socket address'],
      ['migrate', { uri: 'fd:' }, 'GenericError: invalid file descriptor address'],
      ['query-migrate', undefined, {}],
      ['migrate', { uri: 'fd:x' }, "GenericError: File descriptor named 'x' has not been found"],
      [
        'query-migrate',
        undefined,
        { status: 'failed', 'error-desc': "File descriptor named 'x' has not been found" },
      ],
      ['migrate-continue', { state: 'device' }, 'GenericError: Migration not in expected state: failed'],
      ['cont', undefined, unit],
      [
        'migrate',
        { uri: 'exec:cat' },
        'GenericError: qmp-mock does not model a migration to exec:cat; script an answer to it',
      ],
      ['migrate', { uri: 'x' }, 'GenericError: unknown migration protocol: x'],
      // The guest might have left.
      [
        'query-status',
        undefined,
        'GenericError: qmp-mock does not model query-status with what migrate would have done; script an answer to it',
      ],
    ],
  },
  {
    title: 'migration that has begun before it is read where to',
    where: ({ migrationAddress }) => !migrationAddress.first,
    steps: [
      ['migrate', { uri: 'x' }, "GenericError: Parameter 'uri' expects a valid migration protocol"],
      ['query-migrate', undefined, { status: 'failed' }],
      ['migrate', { uri: 'file:/x' }, "GenericError: Parameter 'uri' expects a valid migration protocol"],
      ['migrate', { uri: 'tcp:h' }, "GenericError: error parsing address 'h'"],
      ['query-migrate', undefined, { status: 'failed', 'error-desc': "error parsing address 'h'" }],
      ['migrate', { uri: 'fd:' }, "GenericError: File descriptor named '' has not been found"],
    ],
  },
  {
    title: 'migration with parameters that are called options',
    where: ({ migrationParameter }) => migrationParameter === 'option',
    steps: [
      ['migrate', { uri: 'tcp::' }, "GenericError: error parsing address ':'"],
      [
        'migrate-set-parameters',
        { 'cpu-throttle-initial': 0 },
        'GenericError: Option cpu-throttle-initial expects an integer in the range of 1 to 99',
      ],
    ],
  },
  {
    title: 'what is not there, as it was said once',
    where: (rules) => !rules.objectsContainer && !rules.typedProperties,
    type: 'none',
    steps: [
      ['device_del', { id: '/machine' }, 'GenericError: /machine is not a hotpluggable device'],
      ['inject-nmi', undefined, 'GenericError: this feature or command is not currently supported'],
      ['qom-list', { path: '/objects' }, "DeviceNotFound: Device '/objects' not found"],
      ['migrate', {}, "GenericError: Parameter 'uri' is missing"],
      ['device_add', { driver: 1 }, "GenericError: '1' is not a valid device model name"],
    ],
  },
  {
    title: 'the human monitor',
    where: (rules) => rules.driveErrorPrefix === '' && rules.typedProperties,
    type: 'none',
    steps: [
      ['info status', undefined, 'VM status: running\r\n'],
      ['', undefined, ''],
      ['nosuch', undefined, "unknown command: 'nosuch'\r\n"],
      ['info nosuch', undefined, "unknown command: 'info nosuch'\r\n"],
      ['stop', undefined, ''],
      ['  info   status ', undefined, 'VM status: paused\r\n'],
      [
        'stop now',
        undefined,
        'stop|s: extraneous characters at the end of line\r\nTry "help stop" for more information\r\n',
      ],
      ['system_wakeup', undefined, 'Error: wake-up from suspend is not supported by this guest\r\n'],
      ['device_add', undefined, "Error: Parameter 'driver' is missing\r\n"],
      ['print 1+1', undefined, '0x2\r\n'],
      ['print/d 2*(3-5)', undefined, '-4\r\n'],
      ['p 7', undefined, '7\r\n'],
      ['p 10/0', undefined, 'division by zero\r\nTry "help p" for more information\r\n'],
      ['x', undefined, 'unexpected end of expression\r\nTry "help x" for more information\r\n'],
      [
        'print 08',
        undefined,
        'print|p: extraneous characters at the end of line\r\nTry "help print" for more information\r\n',
      ],
      ['print/z 1', undefined, 'invalid char in format: \'z\'\r\nTry "help print" for more information\r\n'],
      [`print ${'('.repeat(400)}7${')'.repeat(400)}`, undefined, '7\r\n'],
      [
        `print ${'('.repeat(50_000)}`,
        undefined,
        'GenericError: qmp-mock does not model an expression that nests deeper than 500 levels: QEMU crashes at some 20 000; script an answer to it',
      ],
      [
        `print ${'~'.repeat(50_000)}1`,
        undefined,
        'GenericError: qmp-mock does not model an expression that nests deeper than 500 levels: QEMU crashes at some 20 000; script an answer to it',
      ],
      ['print (1', undefined, '\')\' expected\r\nTry "help print" for more information\r\n'],
      ['sum x 1', undefined, 'invalid char \'x\' in expression\r\nTry "help sum" for more information\r\n'],
      [
        'sum 0 1 2',
        undefined,
        'sum: extraneous characters at the end of line\r\nTry "help sum" for more information\r\n',
      ],
      ['cpu 0', undefined, 'invalid CPU index\r\n'],
      [
        'cpu -1',
        undefined,
        '\'cpu\' has failed: integer is for 32-bit values\r\nTry "help cpu" for more information\r\n',
      ],
      ['x 0', undefined, 'Can not dump without CPU\r\n'],
      ['set_link x', undefined, "Expected 'on' or 'off'\r\nTry \"help set_link\" for more information\r\n"],
      ['set_link x on', undefined, "Error: Device 'x' not found\r\n"],
      ['eject -x x', undefined, 'eject: unsupported option -x\r\nTry "help eject" for more information\r\n'],
      ['eject -f x', undefined, "Error: Device 'x' not found\r\n"],
      [
        'drive_del',
        undefined,
        'drive_del: block device name expected\r\nTry "help drive_del" for more information\r\n',
      ],
      ['drive_del x', undefined, "Device 'x' not found\r\n"],
      ['commit all', undefined, ''],
      [
        'screendump',
        undefined,
        'screendump: filename expected\r\nTry "help screendump" for more information\r\n',
      ],
      ['watchdog_action x', undefined, 'Error: invalid parameter value: x\r\n'],
      ['watchdog_action reset', undefined, ''],
      ['balloon 64', undefined, 'Error: No balloon device has been activated\r\n'],
      ['migrate -d x', undefined, 'Error: unknown migration protocol: x\r\n'],
      ['migrate_set_capability xbzrle on', undefined, ''],
      ['migrate_set_capability x on', undefined, 'Error: invalid parameter value: x\r\n'],
      ['block_resize x 1', undefined, "Error: Cannot find device='x' nor node-name=''\r\n"],
      ['nbd_server_stop', undefined, 'Error: NBD server not running\r\n'],
      ['replay_seek 1', undefined, 'replay must be enabled to seek\r\n'],
      ['trace-event zzz on', undefined, 'unknown event "zzz"\r\n'],
      ['sync-profile on', undefined, ''],
      ['sync-profile', undefined, 'sync-profile is on\r\n'],
      ['qom-get / type', undefined, '"container"\r\n'],
      ['mouse_set 0', undefined, "Error: Mouse at index '0' not found\r\n"],
      ['info memory_size_summary', undefined, 'base memory: 0\r\nplugged memory: 0\r\n'],
      ['info memdev', undefined, '\r\n'],
      ['info hotpluggable-cpus', undefined, 'Error: machine does not support hot-plugging CPUs\r\n'],
      ['info registers', undefined, 'No CPU available\r\n'],
      [
        'info name x',
        undefined,
        'name: extraneous characters at the end of line\r\nTry "help info name" for more information\r\n',
      ],
      ['info qom-tree x', undefined, "Path 'x' could not be resolved.\r\n"],
    ].map(([line, , reply]) => ['human-monitor-command', { 'command-line': line }, reply] as Step),
  },
];

describe('commands', () => {
  const runs = dialogues.flatMap(({ where, ...dialogue }) =>
    (where === undefined ? [NEWEST] : versionsWhere(where)).map((qemu) => ({ ...dialogue, qemu })),
  );

  it.for(runs)('$title, as $qemu', ({ qemu, type, steps }) => {
    const bench = machineBench({ qemu, type });
    for (const [command, args, reply] of steps) {
      expect.soft(bench.send(command, args), `${command} ${show(args)}`).toEqual(reply);
    }
  });

  it.for(VERSIONS)('show CPUs and migration to humans as %s', (qemu) => {
    const bench = machineBench({ qemu, memory: 64 });
    const { cpuModelShown, migrationGlobals } = rulesOf(qemu);
    const say = (line: string): unknown => bench.send('human-monitor-command', { 'command-line': line });
    expect(say('info cpus')).toBe(`* CPU #0: thread_id=1000${cpuModelShown ? ' model=qemu64' : ''}\r\n`);
    expect(say('info migrate')).toBe(migrationGlobals.map((line) => `${line}\r\n`).join(''));
    expect(say('info migrate_capabilities')).toContain('xbzrle: off\r\n');
    expect(say('info memdev')).toBe(
      [
        'memory backend: pc.ram',
        '  size:  67108864',
        '  merge: true',
        '  dump: true',
        '  prealloc: false',
        '  share: false',
        '  reserve: true',
        '  policy: default',
        '  host nodes: ',
        '',
        '',
      ].join('\r\n'),
    );
    expect(say('info hotpluggable-cpus')).toContain('\r\n    socket-id: "0"\r\n    core-id: "0"\r\n');
    expect(say('info registers')).toBe(
      'GenericError: qmp-mock does not model the human monitor\'s "info registers"; script an answer to it',
    );
  });

  it('keep negative sizes as the unsigned ones that QEMU takes them for', () => {
    const bench = machineBench();
    bench.send('migrate-set-parameters', { 'max-bandwidth': -1 });
    expect(bench.send('query-migrate-parameters')).toMatchObject({ 'max-bandwidth': 18446744073709551615n });
  });

  it.for(VERSIONS)('fail to migrate as %s to where nobody listens', async (qemu) => {
    const states = rulesOf(qemu).migrationFailure;
    const reason = "Failed to connect to '/nosuch': No such file or directory";
    const bench = machineBench({ qemu, host: { whyNotReached: async () => reason } });
    bench.send('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
    bench.log.length = 0;
    await bench.send('migrate', { uri: 'unix:/nosuch' });
    expect(bench.send('query-migrate')).toEqual({ status: states.at(-1), 'error-desc': reason });
    expect(bench.log.filter((line) => line.startsWith('MIGRATION'))).toEqual(
      ['setup', ...states].map((status) => `MIGRATION {"status":"${status}"}`),
    );
    expect(bench.machine.power.state).toBe('running');
  });

  it('do not model a migration that somebody takes, nor one that nobody can try', async () => {
    const refusal = /^qmp-mock does not model a migration to /;
    const reaching = machineBench({ host: { whyNotReached: async () => undefined } });
    await expect(reaching.send('migrate', { uri: 'tcp:127.0.0.1:1' })).rejects.toMatchObject({
      desc: expect.stringMatching(refusal),
    });
    expect(machineBench().send('migrate', { uri: 'tcp:127.0.0.1:1' })).toMatch(/does not model a migration/);
  });

  const inVain = VERSIONS.flatMap((qemu) => ['fd:x', 'tcp:x', 'x'].map((uri) => ({ qemu, uri })));

  it.for(inVain)('fail to migrate as $qemu to $uri', ({ qemu, uri }) => {
    const { migrationFailure, migrationAddress } = rulesOf(qemu);
    // A wrong address is refused at once, or once it has begun.
    const begins = uri === 'fd:x' || !migrationAddress.first;
    const states = begins ? ['setup', ...migrationFailure] : [];
    const bench = machineBench({ qemu });
    bench.send('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
    bench.log.length = 0;
    const refusal = bench.send('migrate', { uri });
    expect(bench.log).toEqual([...states.map((status) => `MIGRATION {"status":"${status}"}`), refusal]);
    expect(bench.machine.power.state).toBe('running');
  });

  it('does not migrate away while it waits for another to come', () => {
    const bench = machineBench({ incoming: 'defer' });
    expect(bench.send('migrate', { uri: 'exec:cat' })).toBe(
      'GenericError: Guest is waiting for an incoming migration',
    );
    expect(bench.send('migrate', { uri: 'x' })).toBe('GenericError: unknown migration protocol: x');
  });

  it('answer a copy of much memory when it would be done', async () => {
    const bench = machineBench();
    const reply = bench.send('pmemsave', { val: 0, size: 2 ** 28, filename: '/dev/null' });
    let answered = false;
    void Promise.resolve(reply).then(() => (answered = true));
    await Promise.resolve();
    expect(answered).toBe(false);
    bench.clock.advance(10);
    await reply;
    expect(bench.send('pmemsave', { val: 0, size: 16, filename: '/dev/null' })).toEqual({});
  });

  it('wait for an incoming migration', () => {
    const bench = machineBench({ incoming: 'defer' });
    expect(bench.send('migrate-incoming', { uri: 'unix:/m' })).toEqual({});
    expect(bench.send('migrate-incoming', { uri: 'unix:/m' })).toBe(
      'GenericError: The incoming migration has already been started',
    );
    expect(bench.send('query-migrate')).toEqual({
      status: 'setup',
      'socket-address': [{ path: '/m', type: 'unix' }],
    });
  });

  it('list chardevs and objects in the order of QEMU’s hash table', () => {
    const bench = machineBench({ type: 'none' });
    for (const id of ['qmp', 'c', '1bad']) bench.send('chardev-add', { id, backend: NULL });
    const labels = (bench.send('query-chardev') as { label: string }[]).map(({ label }) => label);
    expect(labels).toEqual(['c', 'qmp', '1bad']);
  });
});
