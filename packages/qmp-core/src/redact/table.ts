/*
 * The one table of places where secrets are: names of members, options, variables and headers, and commands
 * whose secrets are in a place of their own. Names come from QEMU's schema (`query-qmp-schema`), from `-spice
 * help`, `-object secret,help` and the like; what goes beyond QEMU is what CI jobs and HTTP drivers have.
 */

/**
 * The text that replaces a secret. Cassettes have it too, and a replay accepts anything in its place.
 *
 * @example
 * expect(redactText('-vnc :0 --password hunter2')).toContain(REDACTED)
 */
export const REDACTED = '${redacted}';

/** Names that hold a secret, in lower case and with hyphens. */
const NAMES: ReadonlySet<string> = new Set([
  'password',
  'passwd',
  'passphrase',
  'pass-phrase',
  'token',
  // `cookie` of the block drivers http and https.
  'cookie',
  'cookies',
  'set-cookie',
  'authorization',
  'proxy-authorization',
  'credentials',
  'api-key',
  'apikey',
  'access-key',
  'secret-key',
  'private-key',
  'secret-data',
  'key-secret-data',
  'client-secret',
  'app-secret',
  'shared-secret',
]);

/** Last parts of such names: `x509-key-password` of `-spice`, `vf-token` of `vfio-pci`, `access-token`. */
const ENDINGS: readonly string[] = [
  '-password',
  '-passwd',
  '-passphrase',
  '-token',
  '-cookie',
  '-api-key',
  '-apikey',
  '-access-key',
  '-secret-key',
  '-private-key',
];

/** Parts of the name of an environment variable, between underscores, that make its value a secret. */
const VARIABLE_PARTS: readonly string[] = [
  'TOKEN',
  'TOKENS',
  'PASSWORD',
  'PASSWD',
  'PASS',
  'PASSPHRASE',
  'SECRET',
  'SECRETS',
  'KEY',
  'KEYS',
  'CREDENTIAL',
  'CREDENTIALS',
  'COOKIE',
  'COOKIES',
];

/** Parameters of a URL that sign it: they open what it names. */
export const URL_SIGNATURES: ReadonlySet<string> = new Set([
  'sig',
  'signature',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
  'x-goog-signature',
  'x-goog-credential',
]);

/** Schemes of URLs whose user name alone may be a token. */
export const TOKEN_SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'git+https', 'ftp', 'ftps']);

/** Members that are secret only in an object of the type `secret`. */
export const OF_SECRET_OBJECTS: ReadonlySet<string> = new Set(['data']);

/** Commands with arguments that are secret whatever their names are. */
export const SECRET_ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  // Before QEMU 6.0: `change` of `vnc` with the target `password`.
  ['change', ['arg']],
  ['sev-inject-launch-secret', ['secret']],
]);

/** Lines of the human monitor, by their first words, and the position of the secret after these. */
export const SECRET_LINES: readonly { readonly words: readonly string[]; readonly at: number }[] = [
  { words: ['set_password', 'vnc'], at: 0 },
  { words: ['set_password', 'spice'], at: 0 },
  { words: ['change', 'vnc', 'password'], at: 0 },
  { words: ['change', 'vnc', 'passwd'], at: 0 },
  { words: ['block_passwd'], at: 1 },
];

/** Options whose value begins with the type of an object. */
export const OBJECT_OPTIONS: ReadonlySet<string> = new Set(['-object', '--object', 'object_add']);

/** Values that only switch a password on or off: `-vnc :0,password=on`. */
const SWITCHES: ReadonlySet<string> = new Set([
  'on',
  'off',
  'true',
  'false',
  'yes',
  'no',
  'null',
  'undefined',
]);

/** Whether a text in the place of a secret can be a secret. */
export function canBeSecret(value: string): boolean {
  return value !== '' && value !== REDACTED && !SWITCHES.has(value);
}

/**
 * Whether this is the name of a secret: of a member, an option, the last part of a dotted option, a header or
 * a variable.
 */
export function isSecretName(name: string): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (isVariable(last)) return last.split('_').some((part) => isSecretPart(part));
  const plain = hyphenated(last);
  // `password-secret` and its kind name an object of the type `secret`; they aren't one.
  return NAMES.has(plain) || ENDINGS.some((ending) => plain.endsWith(ending));
}

/** Whether this is a name as environment variables have it. */
export function isVariable(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name);
}

function isSecretPart(part: string): boolean {
  return VARIABLE_PARTS.includes(part) || part.endsWith('TOKEN') || part.endsWith('APIKEY');
}

/** A name in lower case, with hyphens: `authToken`, `auth_token` and `Auth-Token` are one. */
function hyphenated(name: string): string {
  return name
    .replaceAll('_', '-')
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();
}
