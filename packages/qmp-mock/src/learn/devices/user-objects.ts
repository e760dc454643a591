/** Types of objects that users make, each with what it needs to be made on any host. */
export const USER_OBJECTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'authz-list': {},
  'authz-simple': { identity: 'somebody' },
  'can-bus': {},
  'cryptodev-backend-builtin': {},
  iothread: {},
  'main-loop': {},
  'memory-backend-memfd': { size: 1_048_576 },
  'memory-backend-ram': { size: 1_048_576 },
  'rng-builtin': {},
  'rng-random': {},
  secret: { data: 'abc' },
  'thread-context': {},
  'throttle-group': {},
  'tls-creds-anon': { endpoint: 'server' },
};

/** An object that needs something beside it. */
interface NeedyObject {
  /** Options that bring what it needs. */
  readonly args: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

const NETDEV = ['-netdev', 'user,id=net'];
const CHARDEV = ['-chardev', 'null,id=chr'];

/**
 * Types of objects that users make, each with what has to be there first. They are recorded last: a new one
 * doesn't change the numbers of the lines that there are.
 */
export const NEEDY_OBJECTS: Readonly<Record<string, NeedyObject>> = {
  'filter-buffer': { args: NETDEV, properties: { netdev: 'net', interval: 1000 } },
  'filter-dump': { args: NETDEV, properties: { netdev: 'net', file: '/dev/null' } },
  'filter-mirror': { args: [...NETDEV, ...CHARDEV], properties: { netdev: 'net', outdev: 'chr' } },
  'filter-redirector': { args: [...NETDEV, ...CHARDEV], properties: { netdev: 'net', outdev: 'chr' } },
  'filter-replay': { args: NETDEV, properties: { netdev: 'net' } },
  'filter-rewriter': { args: NETDEV, properties: { netdev: 'net' } },
  'memory-backend-file': { args: [], properties: { size: 1_048_576, 'mem-path': '/dev/shm' } },
  'memory-backend-shm': { args: [], properties: { size: 1_048_576 } },
  'rng-egd': { args: CHARDEV, properties: { chardev: 'chr' } },
  'tls-cipher-suites': { args: [], properties: { priority: '@SYSTEM' } },
};
