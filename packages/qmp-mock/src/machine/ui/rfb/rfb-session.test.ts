import { describe, expect, it } from 'vitest';
import { machineBench } from '../../../../test/support/machine-bench.ts';
import { QDict } from '../../../engine/json/value.ts';
import { RfbSession } from './rfb-session.ts';

const FAILED = 'Authentication failed\0';
const INIT = [
  2,
  128,
  1,
  224,
  32,
  24,
  0,
  1,
  0,
  255,
  0,
  255,
  0,
  255,
  16,
  8,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  4,
  ...bytes('QEMU'),
];
const CHALLENGE = Array.from({ length: 16 }, (_, index) => index);
const ADDRESS = { host: '', service: '', family: 'unix', websocket: false } as const;

function bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

/**
 * A session with a server, and what it sends. An answer to a challenge is right if it is the password itself.
 */
function sessionWith(option = '', { password }: { password?: string | undefined } = {}) {
  const bench = machineBench({
    given: [
      { name: 'nodefaults', argument: '' },
      { name: 'vga', argument: 'std' },
      { name: 'vnc', argument: `unix:/v${option}` },
    ],
    host: { vnc: { sockets: () => [{ ...ADDRESS, service: '/v' }], listen: async () => {} } },
    paused: true,
  });
  const { vnc, screen, input, isAbsolute } = bench.machine.ui;
  const [server] = vnc;
  server!.password = password;
  const sent: number[] = [];
  const open = (): { session: RfbSession; ended: () => boolean } => {
    let isEnded = false;
    const session = new RfbSession({
      server: server!,
      address: ADDRESS,
      screen,
      input,
      isAbsolute,
      size: () => screen.picture,
      name: undefined,
      send: (data) => sent.push(...data),
      end: () => (isEnded = true),
      challenge: () => Uint8Array.from(CHALLENGE),
      answer: (_challenge, right) => Uint8Array.from(bytes(right.padEnd(16))),
      notModelled: (what) => bench.log.push(`not modelled: ${what}`),
    });
    session.start();
    return { session, ended: () => isEnded };
  };
  const taken = (): number[] => sent.splice(0);
  return { ...bench, open, taken };
}

/** Handshakes as they were seen of QEMU 7.2, 10.0 and 11.1 with `-vnc unix:PATH`. */
const handshakes: readonly {
  title: string;
  option?: string;
  password?: string;
  say: readonly (string | number[])[];
  hear: readonly number[][];
  ends?: boolean;
}[] = [
  { title: '3.3', say: ['RFB 003.003\n', [1]], hear: [[0, 0, 0, 1], INIT] },
  { title: '3.5, which is 3.3', say: ['RFB 003.005\n', [1]], hear: [[0, 0, 0, 1], INIT] },
  { title: '3.7', say: ['RFB 003.007\n', [1], [1]], hear: [[1, 1], [], INIT] },
  { title: '3.8', say: ['RFB 003.008\n', [1], [1]], hear: [[1, 1], [0, 0, 0, 0], INIT] },
  { title: '3.9', say: ['RFB 003.009\n'], hear: [[0, 0, 0, 0]], ends: true },
  { title: '4.1', say: ['RFB 004.001\n'], hear: [[0, 0, 0, 0]], ends: true },
  { title: 'something else', say: ['hello world\n'], hear: [[]], ends: true },
  {
    title: 'an authentication that was not offered',
    say: ['RFB 003.008\n', [5]],
    hear: [
      [1, 1],
      [0, 0, 0, 1, 0, 0, 0, 22, ...bytes(FAILED)],
    ],
    ends: true,
  },
  {
    title: 'an authentication that was not offered, by 3.7',
    say: ['RFB 003.007\n', [5]],
    hear: [
      [1, 1],
      [0, 0, 0, 1],
    ],
    ends: true,
  },
  {
    title: 'a password where none is set',
    option: ',password=on',
    say: ['RFB 003.008\n', [2], 'x'.padEnd(16)],
    hear: [[1, 2], CHALLENGE, [0, 0, 0, 1, 0, 0, 0, 22, ...bytes(FAILED)]],
    ends: true,
  },
  {
    title: 'the right password',
    option: ',password=on',
    password: 'sesame',
    say: ['RFB 003.008\n', [2], 'sesame'.padEnd(16), [1]],
    hear: [[1, 2], CHALLENGE, [0, 0, 0, 0], INIT],
  },
  {
    title: 'the wrong password, by 3.3',
    option: ',password=on',
    password: 'sesame',
    say: ['RFB 003.003\n', 'x'.padEnd(16)],
    hear: [
      [0, 0, 0, 2, ...CHALLENGE],
      [0, 0, 0, 1],
    ],
    ends: true,
  },
];

describe('a handshake', () => {
  it.for(handshakes)('$title', ({ option, password, say, hear, ends = false }) => {
    const { open, taken } = sessionWith(option, { password });
    const { session, ended } = open();
    expect(taken()).toEqual(bytes('RFB 003.008\n'));
    const heard = say.map((said) => {
      // Byte by byte: a client may write as it likes.
      for (const byte of typeof said === 'string' ? bytes(said) : said) session.receive(Uint8Array.of(byte));
      return taken();
    });
    expect(heard).toEqual(hear);
    expect(ended()).toBe(ends);
  });
});

/** Gets a client through the handshake. */
function enter(session: RfbSession, shared = 1): void {
  session.receive(Uint8Array.from([...bytes('RFB 003.008\n'), 1, shared]));
}

describe('who shares a server', () => {
  it.for([
    { share: 'ignore', exclusive: true, afterwards: true, first: false },
    { share: 'allow-exclusive', exclusive: true, afterwards: false, first: true },
    { share: 'force-shared', exclusive: false, afterwards: true, first: false },
  ])('$share', ({ share, exclusive, afterwards, first }) => {
    const { open } = sessionWith(`,share=${share}`);
    const one = open();
    enter(one.session);
    const alone = open();
    enter(alone.session, 0);
    expect(alone.ended()).toBe(!exclusive);
    expect(one.ended()).toBe(first);
    const last = open();
    enter(last.session);
    expect(last.ended()).toBe(!afterwards);
  });

  it('no more than `connections`', () => {
    const { open } = sessionWith(',connections=1');
    const one = open();
    enter(one.session);
    const other = open();
    enter(other.session);
    expect([one.ended(), other.ended()]).toEqual([false, true]);
  });

  it('no more than `connections` that have not said who they are', () => {
    const { open } = sessionWith(',connections=1');
    const [one, other] = [open(), open()];
    expect([one.ended(), other.ended()]).toEqual([true, false]);
  });
});

describe('messages', () => {
  it.for([
    { title: 'one that QEMU does not know', message: [9] },
    { title: 'pixels of 24 bits', message: [0, 0, 0, 0, 24, 24, 0, 1, ...Array<number>(12).fill(0)] },
    { title: 'a text that is too long', message: [6, 0, 0, 0, 0, 0x20, 0, 0] },
    { title: 'a sound', message: [255, 1, 0, 0] },
  ])('end the connection: $title', ({ message }) => {
    const { open } = sessionWith();
    const { session, ended } = open();
    enter(session);
    session.receive(Uint8Array.from(message));
    expect(ended()).toBe(true);
  });

  it.for([
    {
      title: '16 bits',
      format: [16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0],
      pixels: [0, 0xf8, 0x1f, 0x04],
    },
    {
      title: '16 bits, the other way round',
      format: [16, 16, 1, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0],
      pixels: [0xf8, 0, 0x04, 0x1f],
    },
    { title: '8 bits', format: [8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 5, 2, 0, 0, 0, 0], pixels: [0xe0, 0x0f] },
  ])('pixels of $title', ({ format, pixels }) => {
    const { machine, open, taken } = sessionWith();
    machine.guest.screen = { width: 2, height: 1, rgb: Uint8Array.of(255, 0, 0, 0, 130, 255) };
    const { session } = open();
    enter(session);
    taken();
    session.receive(Uint8Array.from([0, 0, 0, 0, ...format, 3, 0, 0, 0, 0, 0, 0, 2, 0, 1]));
    expect(taken()).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, ...pixels]);
  });

  it('a colour map for who wants one', () => {
    const { open, taken } = sessionWith();
    const { session } = open();
    enter(session);
    taken();
    session.receive(Uint8Array.from([0, 0, 0, 0, 8, 8, 0, 0, ...Array<number>(12).fill(0)]));
    const map = taken();
    expect(map.slice(0, 18)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x24, 0x92, 0, 0, 0, 0]);
    expect(map).toHaveLength(6 + 256 * 6);
  });

  it('an update comes at once, when something changes, and after an end of it not at all', () => {
    const { machine, open, taken } = sessionWith();
    const { session } = open();
    enter(session);
    taken();
    session.receive(Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 1, 0, 1));
    expect(taken()).toEqual([]);
    machine.guest.screen = { width: 1, height: 1, rgb: Uint8Array.of(1, 2, 3) };
    expect(taken()).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 3, 2, 1, 0]);
    session.receive(Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 1, 0, 1));
    session.closed();
    machine.guest.screen = undefined;
    expect(taken()).toEqual([]);
  });
});

it('tells of clients as QEMU does', () => {
  const { open, log } = sessionWith();
  const { session } = open();
  enter(session);
  session.closed();
  const who =
    '{"server":{"host":"","service":"/v","family":"unix","websocket":false,"auth":"none"},"client":{"host":"","service":"","family":"unix","websocket":false}}';
  expect(log).toEqual(
    ['VNC_CONNECTED', 'VNC_INITIALIZED', 'VNC_DISCONNECTED'].map((event) => `${event} ${who}`),
  );
});

it('says that an authentication is not modelled', () => {
  const { open, log } = sessionWith(',sasl=on');
  const { session, ended } = open();
  session.receive(Uint8Array.from([...bytes('RFB 003.008\n'), 20]));
  expect(ended()).toBe(true);
  expect(log.at(-1)).toBe('not modelled: the authentication sasl of VNC');
});

describe('a pointer', () => {
  it('is a pen if the guest runs and has a tablet', () => {
    const bench = sessionWith();
    const { machine, open } = bench;
    machine.addDevice(tablet('qemu-xhci'), () => {});
    machine.addDevice(tablet('usb-tablet'), () => {});
    const { session } = open();
    enter(session);
    bench.send('cont');
    session.receive(Uint8Array.of(5, 0, 0x02, 0xcf, 0x01, 0x8f));
    const [x, y] = machine.guest.input.events;
    expect([x, y]).toEqual([
      { type: 'abs', axis: 'x', value: 32721 },
      { type: 'abs', axis: 'y', value: 32685 },
    ]);
  });
});

function tablet(driver: string) {
  return { args: new QDict([['driver', driver]]), typed: false };
}
