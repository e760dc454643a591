import { describe, expect, it } from 'vitest';
import { rulesOf, VERSIONS } from '../../../test/support/versions.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { readArguments, type ReadArguments } from './read-arguments.ts';

const PROGRAM = 'qemu-system-x86_64';

/** Reads `-readconfig /c` with that text in the file. */
function read(text: string, version?: string): ReadArguments {
  const file = { read: (): string => text, whyNotReadable: (): undefined => undefined };
  return readArguments(['-readconfig', '/c'], { profile: loadProfile(version), program: PROGRAM, file });
}

const refusal = (text: string, version?: string): string | undefined =>
  read(text, version).refusal?.format(PROGRAM);

describe('-readconfig', () => {
  it('is read as the line itself', () => {
    const { plan } = read(
      [
        '# a machine',
        '[machine]',
        '  type = "q35"',
        '',
        '[memory]',
        '  size = "256M"',
        '[smp-opts]',
        '  cpus = "2"',
        '[name]',
        '  guest = "a, b"',
        '[chardev "c0"]',
        '  backend = "socket"',
        '  path = "/q"',
        '  server = "on"',
        '  wait = "off"',
        '[mon "m0"]',
        '  chardev = "c0"',
        '  mode = "control"',
        '[object "io"]',
        '  qom-type = "iothread"',
        '',
      ].join('\n'),
    );
    expect(plan?.machine).toMatchObject({
      type: 'q35',
      memory: 256,
      cpus: 2,
      name: 'a, b',
      objects: [{ type: 'iothread', id: 'io' }],
    });
    expect(
      plan?.chardevs.map(({ value, location }) => [value.id, value.spec(() => false), location]),
    ).toEqual([
      [
        'c0',
        expect.objectContaining({ place: { kind: 'unix', path: '/q' }, server: true, wait: false }),
        ':/c:15',
      ],
    ]);
    expect(plan?.monitors).toMatchObject([{ location: ':/c:18', value: { id: 'm0', chardev: 'c0' } }]);
  });

  // As QEMUs say it that look at each line by itself, and those that read a group first.
  it.for([
    ['foo\n', ':/c:1: no group defined', ': -readconfig /c: no group defined'],
    ['[chardev "c"]\n backend = "null"\n  \n', ':/c:3: parse error', ': -readconfig /c: parse error'],
    [
      '[chardev "c"]\nbogus = "x"\n\n[chardev "d"]\n backend = "null"\n',
      ":/c:2: Invalid parameter 'bogus'",
      ": -readconfig /c: Invalid parameter 'bogus'",
    ],
    [
      '[chardev "c"]\n backend = "null"\n[chardev "c"]\n backend = "null"\n[name]\n guest = "x"\n',
      ":/c:4: Duplicate ID 'c' for chardev",
      ": -readconfig /c: Duplicate ID 'c' for chardev",
    ],
    [
      '[chardev "c"]\n backend="null"\n',
      `:/c:2: Invalid parameter 'backend="null"'`,
      `: -readconfig /c: Invalid parameter 'backend="null"'`,
    ],
    [
      '[memory]\n size = "x"\n',
      ":/c:2: Parameter 'size' expects a non-negative number below 2^64",
      ": -readconfig /c: Parameter 'size' expects a non-negative number below 2^64\nOptional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.",
    ],
    [
      '[nosuch]\n a = "b"\n',
      ":/c:2: There is no option group 'nosuch'",
      ": -readconfig /c: There is no option group 'nosuch'",
    ],
    [
      '[nosuch]\n[name]\n guest = "x"\n',
      ": There is no option group 'nosuch'",
      ": -readconfig /c: There is no option group 'nosuch'",
    ],
    [
      '[object "o"]\n qom-type = "nosuch"\n',
      ":/c:2: Parameter 'qom-type' does not accept value 'nosuch'",
      ":/c:2: Parameter 'qom-type' does not accept value 'nosuch'",
    ],
    [
      '[action]\n reboot = "bogus"\n',
      ":/c:2: Parameter 'reboot' does not accept value 'bogus'",
      ":/c:2: Parameter 'reboot' does not accept value 'bogus'",
    ],
    [
      '[msg]\n timestamp = "maybe"\n',
      ":/c:2: Parameter 'timestamp' expects 'on' or 'off'",
      ": -readconfig /c: Parameter 'timestamp' expects 'on' or 'off'",
    ],
  ] as const)('refuses %j', ([text, byLine, atOnce]) => {
    for (const version of VERSIONS) {
      const words = rulesOf(version).configFileAtOnce ? atOnce : byLine;
      expect(refusal(text, version), version).toBe(`${PROGRAM}${words}\n`);
    }
  });

  it.for([
    ['/nonexistent', "Could not open '/nonexistent': No such file or directory"],
    ['/d', 'Cannot read config file: Is a directory'],
  ] as const)('refuses the file %s', ([path, words]) => {
    const file = {
      read() {
        throw Object.assign(
          new Error(path),
          path === '/d' ? { code: 'EISDIR' } : { code: 'ENOENT', errno: -2 },
        );
      },
      whyNotReadable: () => undefined,
    };
    const found = readArguments(['-readconfig', path], { profile: loadProfile(), program: PROGRAM, file });
    expect(found.refusal?.format(PROGRAM)).toBe(`${PROGRAM}: -readconfig ${path}: ${words}\n`);
  });
});
