import { QDict, type QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { decodeUtf8 } from '../../engine/bytes.ts';
import { deviceNotFound, genericError } from '../command.ts';
import { secretBytes, type SecretContext } from './secrets.ts';
import { checkLimits, limitOf, limitsOf } from './throttle-limits.ts';

/** Context for checking an object. */
export interface ObjectCheckContext extends SecretContext {
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
  /**
   * Makes a file of so many bytes for memory, or one that is empty so large; gives false if another is there
   * that is too small, or that isn't a plain file. If it is left out, no file is made.
   */
  readonly makeBackingStore?: ((path: string, size: number) => boolean) | undefined;
  /** Whether there is an object of a type. */
  readonly hasObjectOf: (type: string) => boolean;
  /** The type of an object, or `undefined` if there isn't one with that id. */
  readonly typeOf: (id: string) => string | undefined;
  /** Whether a chardev is there, and whether somebody has it; `unknown` if that isn't known. */
  readonly chardev: (id: string) => 'missing' | 'used' | 'free' | 'unknown';
  /**
   * Whether certificates are certain to be good; left out if the program can't look. The paths are of the
   * authority's, and of the own one with its key, if there is one.
   */
  readonly areGoodCertificates:
    | ((authority: string, own: { certificate: string; key: string } | undefined) => boolean)
    | undefined;
  /** A second user of a chardev; `%` is the chardev. */
  readonly chardevInUse: string;
}

/** Whether an object is certain to be made; throws QEMU's refusal of one that is certain not to be. */
type Check = (properties: QDict, context: ObjectCheckContext) => boolean;

const MISSING = 'No such file or directory';
const IS_DIRECTORY = 'Is a directory';
/** Properties of memory in a file that change nothing of the file. */
const PLAIN_MEMORY = /^(size|mem-path|share|merge|dump|prealloc|reserve|discard-data)$/;
/** Bytes of a page of the host. */
const PAGE = 4096;
/** Greatest signed integer of 64 bits. */
const MAX_INT64 = 2n ** 63n - 1n;

const CHECKS: Readonly<Record<string, Check>> = {
  iothread: checkIothread,
  secret: (properties, context) => {
    secretBytes(properties, context);
    return true;
  },
  'throttle-group': checkThrottle,
  'rng-random': checkRandom,
  'rng-egd': (properties, context) => {
    claimable(textOf(properties, 'chardev'), context);
    return true;
  },
  'memory-backend-file': checkMemoryFile,
  'main-loop': (_properties, { hasObjectOf }) => {
    if (hasObjectOf('main-loop')) throw genericError('only one main-loop instance allowed');
    return true;
  },
  'cryptodev-backend-builtin': (properties) => {
    const queues = properties.get('queues') ?? 1;
    if (queues === 0) {
      throw genericError("Property 'cryptodev-backend-builtin.queues' doesn't take value '0'");
    }
    if (Number(queues) !== 1) throw genericError('Only support one queue in cryptdov-builtin backend');
    return ![...properties.keys()].some((name) => name.startsWith('throttle-'));
  },
  'cryptodev-vhost-user': (properties, { chardev }) => {
    const id = textOf(properties, 'chardev') ?? '';
    if (chardev(id) === 'missing') throw deviceNotFound(id);
    return false;
  },
  'can-host-socketcan': (properties, { typeOf }) => {
    const bus = textOf(properties, 'canbus');
    if (bus !== undefined && typeOf(bus) === undefined) throw deviceNotFound(bus);
    return false;
  },
  'input-linux': (properties, context) => needsFile(textOf(properties, 'evdev'), context, 'Could not open'),
  'pr-manager-helper': (properties, context) =>
    needsFile(textOf(properties, 'path'), context, 'Failed to connect to'),
  qtest: (properties, { chardev }) => {
    const id = textOf(properties, 'chardev') ?? '';
    if (chardev(id) === 'missing') throw genericError(`Cannot find character device '${id}'`);
    return false;
  },
  'tls-creds-anon': () => true,
  'tls-creds-psk': checkPsk,
  'tls-creds-x509': checkX509,
  'tls-cipher-suites': (properties) => {
    if (!properties.has('priority')) throw genericError("'priority' property is not set");
    return true;
  },
};

/** Types of objects that can be made of nothing but their properties. */
const PLAIN = /^(thread-context|memory-backend-(ram|memfd)|rng-builtin|can-bus|authz-(simple|list))$/;
/** Properties that name something else. */
const REFERENCE = /^(file|filename|dir|path|mem-path|host-nodes|node-affinity|cpu-affinity)$/;

/** Whether an object can be made, whatever else there is. Throws QEMU's refusal of one that can't. */
export function canBeMade(type: string, properties: QDict, context: ObjectCheckContext): boolean {
  for (const name of ['loaded', 'opened']) {
    if (properties.has(name)) throw genericError(`Property '${type}.${name}' is not writable`);
  }
  if (Object.hasOwn(CHECKS, type)) return CHECKS[type]?.(properties, context) === true;
  return PLAIN.test(type) && [...properties.keys()].every((name) => !REFERENCE.test(name));
}

function textOf(properties: QDict, name: string): string | undefined {
  const value = properties.get(name);
  return typeof value === 'string' ? value : undefined;
}

function checkIothread(properties: QDict): boolean {
  for (const [name, value] of properties) checkObjectValue('iothread', name, value);
  const [least, most] = ['thread-pool-min', 'thread-pool-max'].map((name) => properties.get(name));
  if (least === undefined && most === undefined) return true;
  if (Number(least ?? 0) > Number(most ?? 64)) {
    throw genericError('bad thread-pool-min/thread-pool-max values');
  }
  return true;
}

/** Throws the refusal of a value that an object does not take, whatever its type. */
export function checkObjectValue(type: string, name: string, value: QValue): void {
  if (name === 'prealloc-threads') notModelled(`a change of ${name}`);
  if (name === 'guest-stats-polling-interval' && (value as number | bigint) < 0) {
    throw genericError('timer value must be greater than zero');
  }
  if (type.startsWith('filter-') && name === 'status' && value !== 'on' && value !== 'off') {
    throw genericError("Invalid value for netfilter status, should be 'on' or 'off'");
  }
  if (type !== 'iothread' || (typeof value !== 'number' && typeof value !== 'bigint')) return;
  if (BigInt(value) < 0n) throw genericError(`${name} value must be in range [0, ${MAX_INT64}]`);
}

function checkRandom(properties: QDict, { whyNotOpened }: ObjectCheckContext): boolean {
  const file = properties.get('filename');
  if (file === undefined) return true;
  if (typeof file !== 'string' || whyNotOpened === undefined) return false;
  const why = whyNotOpened(file);
  if (why === MISSING) throw genericError(`Could not open '${file}': ${why}`);
  return why === undefined;
}

function checkMemoryFile(properties: QDict, context: ObjectCheckContext): boolean {
  const { whyNotWritable, makeBackingStore } = context;
  const [path, size] = [properties.get('mem-path'), properties.get('size')];
  if (typeof path !== 'string') return false;
  const why = whyNotWritable(path);
  if (why === MISSING) throw genericError(`can't open backing store ${path} for guest RAM: ${MISSING}`);
  if (![...properties.keys()].every((name) => PLAIN_MEMORY.test(name))) return false;
  // In a directory it's a file without a name.
  if (why === IS_DIRECTORY) return true;
  if (why !== undefined || typeof size !== 'number' || size % PAGE !== 0) return false;
  return makeBackingStore?.(path, size) === true;
}

function checkThrottle(properties: QDict): boolean {
  for (const [name, value] of properties) {
    if (limitOf(name) !== undefined && Number(value) < 0) {
      throw genericError('Property values cannot be negative');
    }
  }
  checkLimits(limitsOf(properties));
  return true;
}

/** A chardev that an object takes for itself. */
function claimable(id: string | undefined, { chardev, chardevInUse }: ObjectCheckContext): void {
  if (id === undefined) return;
  const state = chardev(id);
  if (state === 'missing') throw deviceNotFound(id);
  if (state === 'used') throw genericError(chardevInUse.replace('%', () => id));
  if (state === 'unknown') notModelled(`whether the chardev ${id} is in use`);
}

/** Something of the host that isn't modelled, unless its file isn't there. */
function needsFile(path: string | undefined, { whyNotOpened }: ObjectCheckContext, words: string): false {
  const why = path === undefined ? undefined : whyNotOpened?.(path);
  if (why === MISSING) throw genericError(`${words} '${path}': ${why}`);
  return false;
}

function checkPsk(properties: QDict, context: ObjectCheckContext): boolean {
  const isServer = properties.get('endpoint') === 'server';
  const user = textOf(properties, 'username');
  if (properties.has('dir') && isServer && user !== undefined) {
    throw genericError('username should not be set when endpoint=server');
  }
  const [file = ''] = credentials(properties, ['keys.psk'], context);
  if (isServer) return true;
  const head = context.readHead?.(file);
  if (!(head instanceof Uint8Array)) notModelled(`what is in ${file}`);
  const name = user ?? 'qemu';
  if (
    decodeUtf8(head)
      .split('\n')
      .some((line) => line.startsWith(`${name}:`))
  )
    return true;
  throw genericError(`Username ${name} not found in PSK file ${file}`);
}

function checkX509(properties: QDict, context: ObjectCheckContext): boolean {
  const end = properties.get('endpoint') === 'server' ? 'server' : 'client';
  const names = [`${end}-cert.pem`, `${end}-key.pem`];
  const [authority = '', certificate = '', key = ''] = credentials(
    properties,
    ['ca-cert.pem', ...(end === 'server' ? names : [])],
    context,
  );
  if (context.areGoodCertificates === undefined || properties.has('passwordid')) return false;
  if (end === 'server') return context.areGoodCertificates(authority, { certificate, key });
  // A client needs none of its own.
  const [own = '', ownKey = ''] = names.map((name) => `${textOf(properties, 'dir')}/${name}`);
  const hasOwn = [own, ownKey].some((path) => context.whyNotOpened?.(path) === undefined);
  return context.areGoodCertificates(authority, hasOwn ? { certificate: own, key: ownKey } : undefined);
}

/** Paths of files with credentials, which have to be there. */
function credentials(
  properties: QDict,
  names: readonly string[],
  { whyNotOpened }: ObjectCheckContext,
): readonly string[] {
  const folder = textOf(properties, 'dir');
  if (folder === undefined) throw genericError("Missing 'dir' property value");
  return names.map((name) => {
    const path = `${folder}/${name}`;
    if (whyNotOpened === undefined) notModelled(`what is in ${path}`);
    const why = whyNotOpened(path);
    if (why !== undefined) throw genericError(`Unable to access credentials ${path}: ${why}`);
    return path;
  });
}
