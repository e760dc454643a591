import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../wire/json-value.ts';
import { stringifyJson } from '../wire/stringify-json.ts';
import { REDACTED, redactMessage, Redactor, redactText, visible } from './index.ts';

// In these tables `§` stands for the placeholder.
const shown = (text: string): string => text.replaceAll('§', () => REDACTED);

describe('text', () => {
  test.each([
    // options
    ['-object secret,id=s,data=hunter2,format=raw', '-object secret,id=s,data=§,format=raw'],
    [
      'qemu: -object secret,id=s,data=a,,b,foo=bar: Invalid',
      'qemu: -object secret,id=s,data=§,foo=bar: Invalid',
    ],
    ['-vnc :0,password=hunter2: Parameter', '-vnc :0,password=§: Parameter'],
    ['-vnc :0,password=on', '-vnc :0,password=on'],
    ['-spice port=1,password=hunter2', '-spice port=1,password=§'],
    ['-spice x509-key-password=hunter2,port=1', '-spice x509-key-password=§,port=1'],
    ['driver=luks,key-secret=sec0,password-secret=sec1', 'driver=luks,key-secret=sec0,password-secret=sec1'],
    ['file.driver=https,file.cookie=a=b; c=d,x=1', 'file.driver=https,file.cookie=§,x=1'],
    ['password = "hunter 2"', 'password = "§"'],
    ['data=hunter2', 'data=hunter2'],
    ['console=ttyS0 token=hunter2 ro', 'console=ttyS0 token=§ ro'],
    [
      'value=io.systemd.credential:passwd.plaintext-password.root=hunter2',
      'value=io.systemd.credential:passwd.plaintext-password.root=§',
    ],
    // URLs
    ['file=https://me:hunter2@host/disk,if=none', 'file=https://me:§@host/disk,if=none'],
    ['https://ghp_123456@github.com/x.git', 'https://§@github.com/x.git'],
    ['ssh://me@host/disk', 'ssh://me@host/disk'],
    ['iscsi://me%hunter2@host/iqn/0', 'iscsi://me%§@host/iqn/0'],
    ['https://host/a@b', 'https://host/a@b'],
    ['https://s3/x?X-Amz-Signature=abc&a=b', 'https://s3/x?X-Amz-Signature=§&a=b'],
    ['https://host/x?a=b&access_token=abc,def', 'https://host/x?a=b&access_token=§,def'],
    // members
    ['{"password": "hunter2", "x": 1}', '{"password": "§", "x": 1}'],
    [String.raw`{"password": "a\"b", "x": 1}`, '{"password": "§", "x": 1}'],
    [String.raw`"{\"password\": \"a\\\"b\", \"x\": 1}"`, String.raw`"{\"password\": \"§\", \"x\": 1}"`],
    [`{ password: 'hunter2', x: 1 }`, `{ password: '§', x: 1 }`],
    [`+   "MY_SECRET_TOKEN": "hunter2",`, `+   "MY_SECRET_TOKEN": "§",`],
    [`{ "qom-type": "secret", "data": "hunter2" }`, `{ "qom-type": "secret", "data": "§" }`],
    [`{ "qom-type": "iothread", "data": "hunter2" }`, `{ "qom-type": "iothread", "data": "hunter2" }`],
    [`{ "key-secret": "s0", "data": "x" }`, `{ "key-secret": "s0", "data": "x" }`],
    ['{"password":"cut off at the en', '{"password":"§'],
    ['password: undefined', 'password: undefined'],
    ['password: expected "a", got "b"', 'password: expected "a", got "b"'],
    ['password: hunter2, user: me', 'password: §, user: me'],
    // headers
    ['Authorization: Bearer abc.def', 'Authorization: §'],
    ['Cookie: a=b; c=d\nHost: x', 'Cookie: §\nHost: x'],
    ['X-Auth-Token: abc', 'X-Auth-Token: §'],
    // variables
    ['GITHUB_TOKEN=abc,def HOME=/x', 'GITHUB_TOKEN=§ HOME=/x'],
    ['AWS_SECRET_ACCESS_KEY="a b"', 'AWS_SECRET_ACCESS_KEY="§"'],
    ['PASSWORD_FILE=/x PWD=/y KEYBOARD=us', 'PASSWORD_FILE=§ PWD=/y KEYBOARD=us'],
    // the human monitor
    ['(qemu) set_password vnc hunter2 keep', '(qemu) set_password vnc § keep'],
    ['set_password spice "hunter 2"', 'set_password spice "§"'],
    [
      String.raw`"command-line":"set_password vnc \"hunter 2\""`,
      String.raw`"command-line":"set_password vnc \"§\""`,
    ],
    ['change vnc password hunter2', 'change vnc password §'],
    ['change ide1-cd0 disk.iso', 'change ide1-cd0 disk.iso'],
    ['object_add secret,id=s,data=hunter2', 'object_add secret,id=s,data=§'],
    ['the command set_password has not been found', 'the command set_password has not been found'],
    // programs
    ['curl --password hunter2 x', 'curl --password § x'],
    ['curl --password --x', 'curl --password --x'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END', '-----BEGIN RSA PRIVATE KEY-----§-----END'],
    // said already
    [`password=${REDACTED},x=1`, `password=${REDACTED},x=1`],
    ['', ''],
  ])('%s', (text, expected) => {
    expect(redactText(text)).toBe(shown(expected));
    expect(redactText(shown(expected)), 'once more').toBe(shown(expected));
  });

  test.each([
    'token=',
    'token:',
    '://',
    '--token',
    '--a-',
    '"token":\\"',
    'set_password ',
    '-----BEGIN PRIVATE KEY-----',
    '\\',
    'a@',
    'secret"',
    '=',
  ])('twenty thousand times %j is read in a moment', (text) => {
    const long = text.repeat(20_000);
    const began = performance.now();
    redactText(long);
    // A quadratic scan takes minutes.
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});

describe('messages', () => {
  test.each<[JsonObject, JsonObject, JsonObject?]>([
    [
      { execute: 'set_password', arguments: { protocol: 'vnc', password: 'hunter2' }, id: 1 },
      { execute: 'set_password', arguments: { protocol: 'vnc', password: REDACTED }, id: 1 },
    ],
    [
      { execute: 'expire_password', arguments: { protocol: 'vnc', time: 'never' } },
      { execute: 'expire_password', arguments: { protocol: 'vnc', time: 'never' } },
    ],
    [
      { execute: 'object-add', arguments: { 'qom-type': 'secret', id: 's', data: 'a', file: '/f' } },
      { execute: 'object-add', arguments: { 'qom-type': 'secret', id: 's', data: REDACTED, file: '/f' } },
    ],
    [
      { execute: 'object-add', arguments: { 'qom-type': 'secret', id: 's', props: { data: 'a' } } },
      { execute: 'object-add', arguments: { 'qom-type': 'secret', id: 's', props: { data: REDACTED } } },
    ],
    [
      { execute: 'qom-set', arguments: { path: '/objects/s', property: 'data', value: 'a' } },
      { execute: 'qom-set', arguments: { path: '/objects/s', property: 'data', value: REDACTED } },
    ],
    [{ return: 'a' }, { return: REDACTED }, { execute: 'qom-get', arguments: { property: 'data' } }],
    [{ return: 'a' }, { return: 'a' }, { execute: 'qom-get', arguments: { property: 'type' } }],
    [
      { return: '"a"' },
      { return: REDACTED },
      { execute: 'human-monitor-command', arguments: { 'command-line': 'qom-get /objects/s data' } },
    ],
    [
      { return: [{ name: 'data', type: 'string', value: 'a' }] },
      { return: [{ name: 'data', type: 'string', value: REDACTED }] },
    ],
    [
      { execute: 'human-monitor-command', arguments: { 'command-line': 'set_password vnc a keep' } },
      {
        execute: 'human-monitor-command',
        arguments: { 'command-line': `set_password vnc ${REDACTED} keep` },
      },
    ],
    [
      { execute: 'human-monitor-command', arguments: { 'command-line': 'object_add secret,id=s,data=a b' } },
      {
        execute: 'human-monitor-command',
        arguments: { 'command-line': `object_add secret,id=s,data=${REDACTED}` },
      },
    ],
    [
      { execute: 'human-monitor-command', arguments: { 'command-line': 'qom-set /objects/s data "a b"' } },
      {
        execute: 'human-monitor-command',
        arguments: { 'command-line': `qom-set /objects/s data "${REDACTED}"` },
      },
    ],
    [
      {
        execute: 'blockdev-add',
        arguments: { driver: 'https', url: 'https://u:p@h/', cookie: 'a=b', 'password-secret': 's' },
      },
      {
        execute: 'blockdev-add',
        arguments: {
          driver: 'https',
          url: `https://u:${REDACTED}@h/`,
          cookie: REDACTED,
          'password-secret': 's',
        },
      },
    ],
    [
      {
        execute: 'x-blockdev-amend',
        arguments: { options: { driver: 'luks', secret: 's', 'new-secret': 't' } },
      },
      {
        execute: 'x-blockdev-amend',
        arguments: { options: { driver: 'luks', secret: 's', 'new-secret': 't' } },
      },
    ],
    [
      { execute: 'sev-inject-launch-secret', arguments: { secret: 'a', 'packet-header': 'b' } },
      { execute: 'sev-inject-launch-secret', arguments: { secret: REDACTED, 'packet-header': 'b' } },
    ],
    [
      {
        execute: 'guest-exec',
        arguments: { path: 'x', arg: ['--password', 'a', 'b'], env: ['A_TOKEN=a', 'B=b'] },
      },
      {
        execute: 'guest-exec',
        arguments: { path: 'x', arg: ['--password', REDACTED, 'b'], env: [`A_TOKEN=${REDACTED}`, 'B=b'] },
      },
    ],
    [
      { password: 12n, token: true, cookie: null },
      { password: REDACTED, token: true, cookie: null },
    ],
    [
      { execute: '__proto__', arguments: { ['__proto__']: { password: 'a' } } },
      { execute: '__proto__', arguments: { ['__proto__']: { password: REDACTED } } },
    ],
    [
      { error: { class: 'GenericError', desc: 'x password=a' } },
      { error: { class: 'GenericError', desc: `x password=${REDACTED}` } },
    ],
  ])('$#', (message, expected, request) => {
    const before = stringifyJson(message);
    expect(stringifyJson(redactMessage(message, request))).toBe(stringifyJson(expected));
    expect(stringifyJson(message)).toBe(before);
  });
});

describe('command lines', () => {
  test.each([
    [
      ['-object', 'secret,id=s,data=a b,,c,format=raw'],
      ['-object', 'secret,id=s,data=§,format=raw'],
    ],
    [
      ['--object', 'qom-type=secret,id=s,data=a'],
      ['--object', 'qom-type=secret,id=s,data=§'],
    ],
    [
      ['-object', 'iothread,id=s,data=a'],
      ['-object', 'iothread,id=s,data=a'],
    ],
    [
      ['-object', '{"qom-type": "secret", "data": "a"}'],
      ['-object', '{"qom-type":"secret","data":"§"}'],
    ],
    [
      ['-device', '{"driver": "x"}'],
      ['-device', '{"driver": "x"}'],
    ],
    [
      ['-drive', 'file=https://u:p@h/,file.cookie=a,if=none'],
      ['-drive', 'file=https://u:§@h/,file.cookie=§,if=none'],
    ],
    [
      ['-drive', 'file=json:{"driver":"https",,"cookie":"a,,b"},if=none'],
      ['-drive', 'file=json:{"driver":"https",,"cookie":"§"},if=none'],
    ],
    [['json:{"password":"a,b"}'], ['json:{"password":"§"}']],
    [
      ['-vnc', ':0,password=on', '-spice', 'password=a b,port=1'],
      ['-vnc', ':0,password=on', '-spice', 'password=§,port=1'],
    ],
    [
      ['-append', 'console=ttyS0 token=a ro'],
      ['-append', 'console=ttyS0 token=§ ro'],
    ],
    [
      ['-set', 'object.s.data=a'],
      ['-set', 'object.s.data=a'],
    ],
    [
      ['-name', 'a,b', '-m', '64M', '/x,y'],
      ['-name', 'a,b', '-m', '64M', '/x,y'],
    ],
  ])('%j', (argv, expected) => {
    expect(new Redactor().argv(argv)).toEqual(expected.map(shown));
  });

  test.each([
    [
      `env A_TOKEN='b c' qemu -object 'secret,id=s,data=a b' -S`,
      `env 'A_TOKEN=§' qemu -object 'secret,id=s,data=§' -S`,
    ],
    [
      `qemu  -name "my vm" -object secret,id=s,data=it\\'s`,
      `qemu  -name "my vm" -object 'secret,id=s,data=§'`,
    ],
    [`not closed ' password=a`, `not closed ' password=§`],
  ])('in a shell: %s', (line, expected) => {
    expect(new Redactor().commandLine(line)).toBe(shown(expected));
  });
});

describe('environments', () => {
  test('are redacted by the names of variables, and by what else is in them', () => {
    const env = {
      GITHUB_TOKEN: 'a',
      npm_config_token: 'b',
      DB_PASS: 'c',
      PATH: '/bin',
      HTTPS_PROXY: 'http://u:p@h',
      GONE: undefined,
      EMPTY_KEY: '',
    };
    expect(new Redactor().environment(env)).toEqual({
      GITHUB_TOKEN: REDACTED,
      npm_config_token: REDACTED,
      DB_PASS: REDACTED,
      PATH: '/bin',
      HTTPS_PROXY: `http://u:${REDACTED}@h`,
      GONE: undefined,
      EMPTY_KEY: '',
    });
  });
});

describe('what was seen once', () => {
  function redactor(...secrets: string[]): Redactor {
    const made = new Redactor();
    for (const password of secrets) made.message({ execute: 'set_password', arguments: { password } });
    return made;
  }

  test.each([
    ['hunter2', "expected 'hunter2' to be", "expected '§' to be"],
    ['hunter2', 'hunter23 xhunter2 hunter2', 'hunter23 xhunter2 §'],
    ['a"b,c', String.raw`{"x":"a\"b,c"} a"b,,c`, '{"x":"§"} §'],
    ['a b/c', 'https://h/?q=a%20b%2Fc', 'https://h/?q=§'],
    ["it's", String.raw`'it'\''s'`, "'§'"],
    ['vnc', 'set up vnc', 'set up vnc'],
    ['1234', 'pid 1234', 'pid 1234'],
    ['password', 'the password is', 'the password is'],
  ])('%s is found elsewhere: %s', (secret, text, expected) => {
    expect(redactor(secret).text(text)).toBe(shown(expected));
  });

  test('the longer one goes first', () => {
    expect(redactor('hunter2', 'hunter2-extended').text('hunter2-extended hunter2')).toBe(shown('§ §'));
  });

  test('in what the agent was told in base64', () => {
    const made = new Redactor();
    const message = {
      execute: 'guest-set-user-password',
      arguments: { username: 'me', password: btoa('hunter2') },
    };
    expect(made.message(message)['arguments']).toEqual({ username: 'me', password: REDACTED });
    expect(made.text(`hunter2 ${btoa('hunter2')}`)).toBe(shown('§ §'));
  });

  test('in what another knows nothing of', () => {
    redactor('hunter2');
    expect(new Redactor().text('hunter2')).toBe('hunter2');
  });
});

describe('control characters', () => {
  test.each([
    ['\u001b[2Jgone\u0007', String.raw`\u001b[2Jgone\u0007`],
    ['a\r\nb\tc\n', 'a\r\nb\tc\n'],
    ['a\rb\r', String.raw`a\rb\r`],
    ['\u007f\u009b31m', String.raw`\u007f\u009b31m`],
    ['\u202eabc\u2066', String.raw`\u202eabc\u2066`],
    ['äöü 日本 →', 'äöü 日本 →'],
  ])('%j', (text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  test('on one line', () => {
    expect(visible('a\r\nb\tc', { oneLine: true })).toBe(String.raw`a\r\nb\tc`);
  });
});
