import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress, type QmpAddressInput } from './address.ts';
import { QmpStateError } from './errors.ts';

describe('parseAddress', () => {
  test.each<[QmpAddressInput, object, string]>([
    ['/run/vm.sock', { kind: 'unix', path: '/run/vm.sock' }, 'unix:/run/vm.sock'],
    ['vm.sock', { kind: 'unix', path: 'vm.sock' }, 'unix:vm.sock'],
    ['./a:1', { kind: 'unix', path: './a:1' }, 'unix:./a:1'],
    ['unix:/run/vm.sock', { kind: 'unix', path: '/run/vm.sock' }, 'unix:/run/vm.sock'],
    ['unix:localhost:4444', { kind: 'unix', path: 'localhost:4444' }, 'unix:localhost:4444'],
    ['127.0.0.1:4444', { kind: 'tcp', host: '127.0.0.1', port: 4444 }, 'tcp:127.0.0.1:4444'],
    ['tcp:localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }, 'tcp:localhost:0'],
    ['tcp:[::1]:4444', { kind: 'tcp', host: '::1', port: 4444 }, 'tcp:[::1]:4444'],
    [':4444', { kind: 'tcp', host: '127.0.0.1', port: 4444 }, 'tcp:127.0.0.1:4444'],
    [{ path: 'a:1' }, { kind: 'unix', path: 'a:1' }, 'unix:a:1'],
    [{ port: 1 }, { kind: 'tcp', host: '127.0.0.1', port: 1 }, 'tcp:127.0.0.1:1'],
    [{ host: '::1', port: 1, tls: true }, { kind: 'tcp', host: '::1', port: 1, tls: true }, 'tcp:[::1]:1'],
    [{ fd: 3 }, { kind: 'fd', fd: 3 }, 'descriptor 3'],
  ])('%j', (input, address, text) => {
    expect(parseAddress(input)).toEqual(address);
    expect(formatAddress(parseAddress(input))).toBe(text);
  });

  test.each<[unknown]>([
    [''],
    ['unix:'],
    ['tcp:'],
    ['tcp:4444'],
    ['localhost:port'],
    ['localhost:65536'],
    ['localhost:-1'],
    ['::1:4444'],
    ['tcp:host:1:2'],
    ['a\0b'],
    [{ path: '' }],
    [{ path: 7 }],
    [{ host: 'a', port: '1' }],
    [{ host: 'a', port: 1.5 }],
    [{ host: 7, port: 1 }],
    [{ fd: -1 }],
    [{ fd: '3' }],
    [{}],
    [null],
    [undefined],
    [4444],
    [1n],
    [{ size: 1n, toString: 1 }],
  ])('%s is not an address', (input) => {
    expect(() => parseAddress(input as QmpAddressInput)).toThrow(QmpStateError);
  });
});
