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
