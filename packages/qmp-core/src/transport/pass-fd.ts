import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { setTimeout } from 'node:timers';
import type { Duplex } from 'node:stream';
import { QmpDisconnectedError, QmpStateError } from '../errors.ts';
import { optionError } from '../option-rules.ts';
import { descriptorOf } from './fd.ts';

/**
 * Descriptors travel beside the bytes of a UNIX socket (`SCM_RIGHTS`, see `unix(7)` and `cmsg(3)`). Node
 * can't do that, so `sendmsg` is called through the package `koffi`, if that is installed.
 */

/** The part of `koffi` that is used here. */
interface Koffi {
  struct(members: object): unknown;
  pointer(type: unknown): unknown;
  load(library: null): { func(name: string, result: string, parameters: unknown[]): SendMessage };
  errno(): number;
  os: { errno: { [name: string]: number } };
}

type SendMessage = (fd: number, message: object, flags: number) => number;

/** Differences between the platforms whose C structures are known here (all with 64-bit pointers). */
interface Platform {
  lengthType: string;
  /** Bytes of the length field in `struct cmsghdr`. */
  lengthSize: 4 | 8;
  level: number;
  flags: number;
}

const PLATFORMS: { [name: string]: Platform | undefined } = {
  linux: { lengthType: 'size_t', lengthSize: 8, level: 1, flags: 0x40 | 0x4000 }, // MSG_DONTWAIT | MSG_NOSIGNAL
  darwin: { lengthType: 'uint32_t', lengthSize: 4, level: 0xffff, flags: 0x80 }, // MSG_DONTWAIT
};

const SCM_RIGHTS = 1;

/**
 * Time in ms before the next attempt when the socket is full. This is a timer because nothing says when the
 * socket takes more: `drain` tells only of bytes that Node has queued, and here it has queued none (there
 * must be none, or the descriptor would overtake them). To have Node watch for the socket, a byte would have
 * to be written through it, and that byte would go out alone.
 */
const RETRY_TIME = 5;

interface Sender {
  platform: Platform;
  koffi: Koffi;
  sendmsg: SendMessage;
}

/** Made once; `null` if that isn't possible. */
let sender: Sender | null | undefined;

function loadSender(): Sender | null {
  if (sender !== undefined) return sender;
  const platform = PLATFORMS[process.platform];
  sender = null;
  if (platform === undefined || !['x64', 'arm64', 'riscv64', 'loong64'].includes(process.arch)) return null;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const { lengthType } = platform;
    const iovec = koffi.struct({ iov_base: 'void *', iov_len: 'size_t' });
    const msghdr = koffi.struct({
      msg_name: 'void *',
      msg_namelen: 'uint32_t',
      msg_iov: koffi.pointer(iovec),
      msg_iovlen: lengthType,
      msg_control: 'void *',
      msg_controllen: lengthType,
      msg_flags: 'int',
    });
    const sendmsg = koffi.load(null).func('sendmsg', 'long', ['int', koffi.pointer(msghdr), 'int']);
    sender = { platform, koffi, sendmsg };
  } catch {
    // Not installed, or not for this platform.
  }
  return sender;
}

/** The descriptor of a UNIX socket; `null` for every other stream. */
function unixDescriptorOf(stream: Duplex): number | null {
  return stream instanceof Socket && stream.localPort === undefined ? descriptorOf(stream) : null;
}

/** Whether descriptors can be passed over this stream. */
export function canPassFds(stream: Duplex): boolean {
  return unixDescriptorOf(stream) !== null && loadSender() !== null;
}

/**
 * Passes a descriptor to the peer, with one space as the byte that it rides on: white space between messages.
 *
 * @throws QmpStateError if the stream isn't a UNIX socket, `koffi` isn't installed, or the system refuses.
 * @throws QmpDisconnectedError if the connection ends before it is sent.
 */
export async function passFd(stream: Duplex, fd: number): Promise<void> {
  if (!Number.isInteger(fd) || fd < 0) {
    throw optionError('fd', 'a descriptor, an integer from 0', fd);
  }
  if (stream.destroyed) throw new QmpDisconnectedError('The connection has ended');
  if (unixDescriptorOf(stream) === null) {
    throw new QmpStateError("Descriptors can be passed over a UNIX socket only; this connection isn't one");
  }
  const loaded = loadSender();
  if (loaded === null) {
    throw new QmpStateError(
      'Passing a descriptor needs the package koffi, on Linux or macOS with 64 bits: npm install koffi',
    );
  }
  for (;;) {
    // The space must not come in the middle of a message that Node has not written in full.
    while (stream.writableLength > 0) await written(stream);
    const socket = unixDescriptorOf(stream);
    if (socket === null)
      throw new QmpDisconnectedError('The connection ended before the descriptor was sent');
    const errno = send(loaded, socket, fd);
    if (errno === 0) return;
    const { EAGAIN, EINTR } = loaded.koffi.os.errno;
    if (errno !== EAGAIN && errno !== EINTR) {
      const name = Object.entries(loaded.koffi.os.errno).find(([, value]) => value === errno)?.[0];
      throw new QmpStateError(`Descriptor ${fd} cannot be passed: sendmsg says ${name ?? errno}`);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_TIME));
  }
}

/** Resolves when the system has taken everything written so far, or never will. */
const written = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

/** Gives 0, or the error number. */
function send({ koffi, sendmsg, platform }: Sender, socket: number, fd: number): number {
  const { lengthSize, level, flags } = platform;
  // struct cmsghdr { length; int level; int type; } and the descriptor behind it, padded to the length's
  // size.
  const length = lengthSize + 12;
  const control = Buffer.alloc(Math.ceil(length / lengthSize) * lengthSize);
  control.writeUInt32LE(length, 0);
  control.writeInt32LE(level, lengthSize);
  control.writeInt32LE(SCM_RIGHTS, lengthSize + 4);
  control.writeInt32LE(fd, lengthSize + 8);
  const message = {
    msg_name: null,
    msg_namelen: 0,
    msg_iov: [{ iov_base: Buffer.from(' '), iov_len: 1 }],
    msg_iovlen: 1,
    msg_control: control,
    msg_controllen: control.length,
    msg_flags: 0,
  };
  return sendmsg(socket, message, flags) === 1 ? 0 : koffi.errno();
}
