import { parseBoolean, parseSize } from '../command-line/qemu-opts.ts';
import type { StartOption } from '../command-line/start-option.ts';
import { QmpCommandError } from 'qmp-core/errors';
import { QDict } from '../../engine/json/value.ts';
import { NotModelledError, notModelled } from '../../engine/not-modelled.ts';
import { canBeMade } from '../../machine/qom/object-checks.ts';
import { isTextProperty } from '../../machine/qom/text-properties.ts';
import { areGoodCertificates } from '../certificates.ts';
import { decryptAes } from '../decrypt-aes.ts';
import { readHead } from '../read-head.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

type ObjectCheck = (object: StartOption, context: StartContext, before: readonly StartOption[]) => void;

/** Largest memory that is certain to be there. */
const PLENTY = 2 ** 36;
const PAGE = 4096;
const HUGE = 2 ** 21;

/** Checks that objects make when they are complete (`user_creatable_complete`), by type. */
const CHECKS: Readonly<Record<string, ObjectCheck>> = {
  'cryptodev-vhost-user': (object, context) => {
    needsChardev('chardev')(object, context, []);
    notModelled('an object of type cryptodev-vhost-user');
  },
  'can-host-socketcan': (object, _context, before) => {
    const bus = object.get('canbus');
    if (bus !== undefined && !before.some((other) => other.get('id') === bus))
      refuse(`Device '${bus}' not found`);
    notModelled('CAN buses of the host');
  },
  'input-linux': (object, { file }) => {
    const path = object.get('evdev') ?? '';
    const why = file.whyNotReadable(path);
    if (why !== undefined) refuse(`Could not open '${path}': ${why}`);
    notModelled('input devices of the host');
  },
  'pr-manager-helper': (object, { file }) => {
    const path = object.get('path') ?? '';
    const why = file.whyNotReadable(path);
    if (why !== undefined) refuse(`Failed to connect to '${path}': ${why}`);
    notModelled('helpers for persistent reservations');
  },
  qtest: (object, { hasChardev }) => {
    const id = object.get('chardev') ?? '';
    if (!hasChardev(id)) refuse(`Cannot find character device '${id}'`);
  },
  'memory-backend-ram': checkMemory,
  'memory-backend-memfd': checkMemory,
  'memory-backend-shm': checkMemory,
  'memory-backend-file': checkMemory,
  'filter-buffer': checkFilter,
  'filter-dump': checkFilter,
  'filter-mirror': checkFilter,
  'filter-redirector': checkFilter,
  'filter-replay': checkFilter,
  'filter-rewriter': checkFilter,
};

/** Types of which more is known than their members: nothing can go wrong with them. */
const FREE = new Set([
  'rng-builtin',
  'can-bus',
  'authz-simple',
  'authz-list',
  'tls-cipher-suites',
  'monitor-qmp',
  'monitor-hmp',
]);
/** Types that a host, or a program beside QEMU, has to have; without `sev-guest`, which only is there. */
const OUTSIDE =
  /^(secret_keyring|authz-(pam|list-file)|cryptodev-backend-lkcf|dbus-vmstate|input-barrier|iommufd|tdx-guest|sev-snp-guest|x-remote-object|x-vfio-user-server|vfio-user-server|memory-backend-epc|igvm-cfg|acpi-generic-.*|colo-compare)$/;

/** Objects that are made after network backends and chardevs (`object_create_early`); memory is late, too. */
const LATE =
  /^(rng-egd|qtest|cryptodev-vhost-user|vhost-user-blk-server|filter-.*|colo-compare|memory-backend-.*)$/;

/** Objects that others refer to. */
export function checkEarlyObjects(context: StartContext): void {
  checkAll(context, false);
}

/** Objects that refer to others. */
export function checkLateObjects(context: StartContext): void {
  checkAll(context, true);
}

function checkAll(context: StartContext, late: boolean): void {
  const before: StartOption[] = late ? context.of('object').filter((object) => !isLate(object)) : [];
  for (const object of context.of('object')) {
    if (isLate(object) !== late) continue;
    const type = object.get('qom-type') ?? '';
    if (type !== '' && context.types.find(type) === undefined) refuse(`invalid object type: ${type}`);
    if (SHARED.test(type)) checkShared(object, context, before);
    else if (Object.hasOwn(CHECKS, type)) CHECKS[type]?.(object, context, before);
    else if (!FREE.has(type) && OUTSIDE.test(type)) notModelled(`an object of type ${type}`);
    before.push(object);
  }
}

const isLate = (object: StartOption): boolean => LATE.test(object.get('qom-type') ?? '');

/** Types of objects that are made in the same way by `object-add`. */
const SHARED =
  /^(secret|tls-(creds-(x509|psk|anon)|cipher-suites)|iothread|main-loop|rng-(random|egd)|throttle-group|cryptodev-backend-builtin)$/;

/** Checks an object by the rules of `object-add`. */
function checkShared(object: StartOption, context: StartContext, before: readonly StartOption[]): void {
  const type = object.get('qom-type') ?? '';
  const { file } = context;
  const find = (id: string): StartOption | undefined => before.find((other) => other.get('id') === id);
  let isCertain: boolean;
  try {
    isCertain = canBeMade(type, propertiesOf(object), {
      whyNotOpened: (path) => file.whyNotReadable(path),
      whyNotWritable: (path) => file.whyNotWritable(path),
      readHead: (path) => readHead(file, path),
      decryptAes,
      areGoodCertificates: (authority, own) => areGoodCertificates((path) => file.read(path), authority, own),
      secret: (id) => {
        const other = find(id);
        return other?.get('qom-type') === 'secret' ? propertiesOf(other) : undefined;
      },
      hasObjectOf: (other) => before.some((one) => one.get('qom-type') === other),
      typeOf: (id) => find(id)?.get('qom-type'),
      chardev: (id) => {
        if (!context.hasChardev(id)) return 'missing';
        return before.some((other) => other.get('qom-type') === 'rng-egd' && other.get('chardev') === id)
          ? 'used'
          : 'free';
      },
      chardevInUse: context.rules.chardevInUse,
    });
  } catch (error) {
    if (error instanceof QmpCommandError && !(error instanceof NotModelledError)) refuse(error.desc);
    throw error;
  }
  if (!isCertain) notModelled(`an object ${type} like this`);
}

/** Its properties; numbers and switches are no longer text. */
function propertiesOf({ values }: StartOption): QDict {
  const properties = new QDict();
  for (const [name, text] of values) {
    if (name === 'qom-type' || name === 'id') continue;
    const plain = /^-\d+$/.test(text) ? Number(text) : (parseSize(text) ?? parseBoolean(text));
    properties.set(name, isTextProperty(name) ? text : (plain ?? text));
  }
  return properties;
}

function needsChardev(property: string): ObjectCheck {
  return (object, { hasChardev }) => {
    const id = object.get(property);
    if (id !== undefined && !hasChardev(id)) refuse(`Device '${id}' not found`);
  };
}

const POLICIES = /^(bind|preferred|interleave)$/;

/** Memory (`host_memory_backend_memory_complete` in QEMU's `backends/`). */
function checkMemory(object: StartOption, context: StartContext): void {
  const type = object.get('qom-type') ?? '';
  const text = object.get('size') ?? '';
  const size = parseSize(text) ?? 0;
  if (size === 0) refuse(`property 'size' of ${type} doesn't take value '${text}'`);
  if (object.get('prealloc-threads') === '0') {
    refuse(`property 'prealloc-threads' of ${type} doesn't take value '0'`);
  }
  if (object.get('prealloc') === 'on' && object.get('reserve') === 'off') {
    refuse("'prealloc=on' and 'reserve=off' are incompatible");
  }
  if (size > PLENTY) notModelled('so much memory');
  if (type === 'memory-backend-file') checkMemoryFile(object, context, size);
  if (type === 'memory-backend-memfd') checkHugePages(object);
  if (type === 'memory-backend-shm' && object.get('share') === 'off')
    refuse("can't create shm backend with `share=off`");
  const [policy, nodes] = [object.get('policy') ?? 'default', object.get('host-nodes')];
  if (policy === 'default' && nodes !== undefined) {
    refuse(
      'host-nodes must be empty for policy default, or you should explicitly specify a policy other than default',
    );
  }
  if (POLICIES.test(policy) && nodes === undefined) refuse(`host-nodes must be set for policy ${policy}`);
  if (nodes !== undefined && Number(nodes.split('-').at(-1)) > 127)
    refuse(`Invalid host-nodes value: ${nodes}`);
}

function checkMemoryFile(object: StartOption, { file }: StartContext, size: number): void {
  const path = object.get('mem-path') ?? '';
  if (['pmem', 'rom', 'offset'].some((name) => !['off', '0', undefined].includes(object.get(name)))) {
    notModelled('such a memory-backend-file');
  }
  const there = file.peek(path);
  const align = Number(object.get('align') ?? 0);
  const why = file.whyNotWritable(path);
  if (there === undefined && object.get('readonly') === 'on')
    notModelled(`a memory-backend-file that is not there`);
  if (there === undefined && why !== undefined)
    refuse(`can't open backing store ${path} for guest RAM: ${why}`);
  if (align % PAGE !== 0) refuse(`alignment 0x${align.toString(16)} must be multiples of page size 0x1000`);
  if (there?.kind === 'file' && there.size > 0 && there.size < size)
    notModelled('a backing store that is too small');
}

function checkHugePages(object: StartOption): void {
  if (object.get('hugetlb') !== 'on') return;
  const page = parseSize(object.get('hugetlbsize') ?? '2M') ?? HUGE;
  if (Math.log2(page) % 1 !== 0) refuse('Hugepage size must be a power of 2');
  notModelled('huge pages');
}

/** A filter is on a network backend (`netfilter_complete` in QEMU's `net/filter.c`). */
function checkFilter(object: StartOption, context: StartContext, before: readonly StartOption[]): void {
  const { values } = object;
  const type = values.get('qom-type') ?? '';
  const netdev = values.get('netdev') ?? '';
  const interval = values.get('interval');
  if (type === 'filter-buffer' && Number(interval ?? 1) === 0) {
    refuse("Property 'filter-buffer.interval' requires a positive value");
  }
  const status = values.get('status');
  if (status !== undefined && status !== 'on' && status !== 'off') {
    refuse("Invalid value for netfilter status, should be 'on' or 'off'");
  }
  const position = values.get('position') ?? 'tail';
  if (position !== 'head' && position !== 'tail') {
    if (!position.startsWith('id=')) refuse("Parameter 'position' expects 'head', 'tail' or 'id=<id>'");
    if (!before.some((other) => `id=${other.get('id')}` === position)) {
      refuse(`filter '${position.slice(3)}' not found`);
    }
  }
  if (!context.of('netdev').some((option) => option.get('id') === netdev)) {
    refuse("Parameter 'netdev' expects a network backend id");
  }
  checkFilterEnds(type, values, context);
}

function checkFilterEnds(type: string, values: ReadonlyMap<string, string>, context: StartContext): void {
  const [input, output] = [values.get('indev'), values.get('outdev')];
  if (type === 'filter-redirector') {
    if (input === undefined && output === undefined) {
      refuse("filter redirector needs 'indev' or 'outdev' at least one property set");
    }
    if (input === output) refuse("'indev' and 'outdev' could not be same for filter redirector");
  }
  for (const id of [input, output]) {
    if (id !== undefined && !context.hasChardev(id)) refuse(`Device '${id}' not found`);
  }
  const path = type === 'filter-dump' ? values.get('file') : undefined;
  if (path !== undefined && context.file.whyNotWritable(path) !== undefined) notModelled(`a dump to ${path}`);
}
