import { concatBytes, encodeUtf8 } from '../../../engine/bytes.ts';
import type { Screen } from '../../guest/screen.ts';
import type { VncAddress, VncClient, VncServer } from '../vnc/vnc-server.ts';
import {
  colourMap,
  encodePixels,
  FIRST_FORMAT,
  FIRST_FORMAT_BYTES,
  readPixelFormat,
  type Area,
} from './pixel-format.ts';
import { RfbInput, type RfbInputParts } from './rfb-input.ts';

/** Parts of an {@link RfbSession}. */
export interface RfbParts extends RfbInputParts {
  readonly server: VncServer;
  /** The client's end of the connection. */
  readonly address: VncAddress;
  readonly screen: Screen;
  /** Name of the machine (`-name`), if it has one. */
  readonly name: string | undefined;
  readonly send: (bytes: Uint8Array) => void;
  /** Ends the connection, once everything is sent. */
  readonly end: () => void;
  /** Makes a challenge: 16 bytes that nobody can foretell. */
  readonly challenge: () => Uint8Array;
  /** The right answer to a challenge: both of its halves encrypted with DES, the password as its key. */
  readonly answer: (challenge: Uint8Array, password: string) => Uint8Array;
  /** Told of an authentication that isn't modelled. */
  readonly notModelled: (what: string) => void;
}

const VERSION = 'RFB 003.008\n';
/** Numbers of kinds of authentication. */
const AUTH = { none: 1, vnc: 2, sasl: 20, vencrypt: 19 } as const;
const SUCCESS = Uint8Array.of(0, 0, 0, 0);
const FAILURE = Uint8Array.of(0, 0, 0, 1);
/** Most bytes of a text that is cut (ClientCutText). */
const LONGEST_CUT = 1 << 20;
/** Numbers of the encodings that say what a client understands beside pixels. */
const DESKTOP_SIZE = -223;
const POINTER_TYPE = -257;
const EXTENDED_KEYS = -258;
const RAW = 0;

/** Reads some bytes, once they are there. */
interface Step {
  readonly length: number;
  readonly take: (bytes: Uint8Array) => Step | undefined;
}

/**
 * One conversation of a VNC server with a client: the protocol RFB (RFC 6143) as QEMU speaks it, bytes in and
 * bytes out. Pictures are sent raw: every client understands that.
 */
export class RfbSession {
  readonly #parts: RfbParts;
  readonly #client: VncClient;
  readonly #input: RfbInput;
  #unread: Uint8Array = new Uint8Array();
  #step: Step | undefined;
  #minor = 8;
  #format = FIRST_FORMAT;
  #size = { width: 0, height: 0 };
  #encodings: ReadonlySet<number> = new Set();
  /** Areas that the client waits for, until something changes. */
  #wanted: Area | undefined;
  #isChanged = false;
  #unwatch: () => void = () => {};

  constructor(parts: RfbParts) {
    this.#parts = parts;
    this.#input = new RfbInput(parts);
    this.#client = { address: parts.address, drop: () => this.#end() };
    this.#step = { length: VERSION.length, take: (bytes) => this.#version(bytes) };
  }

  /** Greets the client. */
  start(): void {
    this.#parts.server.connect(this.#client);
    this.#send(encodeUtf8(VERSION));
  }

  /** The client has sent something. */
  receive(bytes: Uint8Array): void {
    this.#unread = this.#unread.length === 0 ? bytes : concatBytes([this.#unread, bytes]);
    while (this.#step !== undefined && this.#unread.length >= this.#step.length) {
      const { length, take } = this.#step;
      const taken = this.#unread.slice(0, length);
      this.#unread = this.#unread.subarray(length);
      const next = take(taken);
      if (next === undefined) return this.#end();
      if (this.#step !== undefined) this.#step = next;
    }
  }

  /** The connection is gone. */
  closed(): void {
    this.#step = undefined;
    this.#unwatch();
    this.#parts.server.leave(this.#client);
  }

  #end(): void {
    this.#step = undefined;
    this.#unwatch();
    this.#parts.end();
  }

  #send(...parts: readonly Uint8Array[]): void {
    this.#parts.send(concatBytes(parts));
  }

  #version(bytes: Uint8Array): Step | undefined {
    const text = String.fromCharCode(...bytes);
    const [, major, minor] = /^RFB (\d{3})\.(\d{3})\n$/.exec(text) ?? [];
    if (major === undefined) return undefined;
    if (Number(major) !== 3 || ![3, 4, 5, 7, 8].includes(Number(minor))) {
      this.#send(uint32(0));
      return undefined;
    }
    const { auth } = this.#parts.server.options;
    // The versions 3.4 and 3.5 never were: those who say so mean 3.3.
    this.#minor = Number(minor) < 7 ? 3 : Number(minor);
    if (this.#minor > 3) {
      this.#send(Uint8Array.of(1, AUTH[auth]));
      return {
        length: 1,
        take: ([chosen]) => (chosen === AUTH[auth] ? this.#authenticate() : this.#reject()),
      };
    }
    if (auth !== 'none' && auth !== 'vnc') {
      this.#send(uint32(0));
      return undefined;
    }
    this.#send(uint32(AUTH[auth]));
    return this.#authenticate();
  }

  #authenticate(): Step | undefined {
    const { server, challenge, answer, notModelled } = this.#parts;
    const { auth } = server.options;
    if (auth === 'none') {
      if (this.#minor >= 8) this.#send(SUCCESS);
      return this.#admission();
    }
    if (auth !== 'vnc') {
      notModelled(`the authentication ${server.authName} of VNC`);
      return undefined;
    }
    const asked = challenge();
    this.#send(asked);
    return {
      length: 16,
      take: (given) => {
        const password = server.validPassword;
        if (password === undefined || !isSame(given, answer(asked, password))) return this.#reject();
        this.#send(SUCCESS);
        return this.#admission();
      },
    };
  }

  #reject(): undefined {
    const reason = encodeUtf8('Authentication failed\0');
    this.#send(FAILURE, ...(this.#minor >= 8 ? [uint32(reason.length), reason] : []));
  }

  /** The client says whether it shares the server, and is told about the screen. */
  #admission(): Step {
    return {
      length: 1,
      take: ([shared]) => {
        const { server, screen, name } = this.#parts;
        if (!server.admit(this.#client, shared === 0)) return undefined;
        const { width, height } = screen.picture;
        const title = encodeUtf8(name === undefined ? 'QEMU' : `QEMU (${name})`);
        this.#size = { width, height };
        this.#send(uint16(width), uint16(height), FIRST_FORMAT_BYTES, uint32(title.length), title);
        this.#unwatch = screen.watch(() => this.#changed());
        server.initialized(this.#client);
        return this.#message();
      },
    };
  }

  #message(): Step {
    return { length: 1, take: ([type = 0]) => this.#body(type) };
  }

  #body(type: number): Step | undefined {
    switch (type) {
      case 0:
        return this.#then(19, (bytes) => this.#setFormat(bytes.subarray(3)));
      case 2:
        return {
          length: 3,
          take: (head) => this.#then(4 * readUint16(head, 1), (bytes) => this.#setEncodings(bytes)),
        };
      case 3:
        return this.#then(9, (bytes) => this.#request(bytes));
      case 4:
        return this.#then(7, (bytes) => this.#input.keysym(readUint32(bytes, 3), bytes[0] !== 0));
      case 5:
        return this.#then(5, (bytes) =>
          this.#input.pointer(bytes[0] ?? 0, readUint16(bytes, 1), readUint16(bytes, 3)),
        );
      case 6:
        return {
          length: 7,
          take: (head) => {
            const length = readUint32(head, 3);
            return length > LONGEST_CUT ? undefined : this.#then(length, () => {});
          },
        };
      case 255:
        return {
          length: 1,
          // Keys with their numbers are all that a client has been offered.
          take: ([kind]) =>
            kind === 0
              ? this.#then(10, (bytes) =>
                  this.#input.number(readUint32(bytes, 6), readUint32(bytes, 2), readUint16(bytes, 0) !== 0),
                )
              : undefined,
        };
      default:
        return undefined;
    }
  }

  /** Reads the rest of a message; what it says may end the connection. */
  #then(length: number, take: (bytes: Uint8Array) => boolean | void): Step {
    return { length, take: (bytes) => (take(bytes) === false ? undefined : this.#message()) };
  }

  #setFormat(bytes: Uint8Array): boolean {
    const format = readPixelFormat(bytes);
    if (format === undefined) return false;
    this.#format = format;
    if (format.mapped) this.#send(colourMap());
    return true;
  }

  #setEncodings(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const encodings = Array.from({ length: bytes.length / 4 }, (_, index) => view.getInt32(index * 4));
    this.#encodings = new Set(encodings);
    this.#input.tellsPointerType = this.#encodings.has(POINTER_TYPE);
    const { width, height } = this.#size;
    if (this.#encodings.has(EXTENDED_KEYS)) this.#update({ x: 0, y: 0, width, height }, EXTENDED_KEYS);
    if (this.#input.tellsPointerType) {
      this.#update({ x: this.#input.isAbsolute ? 1 : 0, y: 0, width, height }, POINTER_TYPE);
    }
  }

  #request(bytes: Uint8Array): void {
    const incremental = bytes[0] !== 0;
    const area = {
      x: readUint16(bytes, 1),
      y: readUint16(bytes, 3),
      width: readUint16(bytes, 5),
      height: readUint16(bytes, 7),
    };
    this.#wanted = area;
    if (!incremental || this.#isChanged) this.#show();
  }

  #changed(): void {
    this.#isChanged = true;
    if (this.#wanted !== undefined) this.#show();
  }

  /** Sends what the client waits for. */
  #show(): void {
    const { picture } = this.#parts.screen;
    const { width, height } = picture;
    const isResized = width !== this.#size.width || height !== this.#size.height;
    if (isResized && this.#encodings.has(DESKTOP_SIZE)) {
      this.#size = { width, height };
      // The client asks for the new screen next.
      this.#wanted = undefined;
      this.#update({ x: 0, y: 0, width, height }, DESKTOP_SIZE);
      return;
    }
    const wanted = this.#isChanged ? { x: 0, y: 0, ...this.#size } : this.#wanted;
    this.#wanted = undefined;
    this.#isChanged = false;
    if (wanted === undefined) return;
    // Who can't be told of another size sees the part that both screens have.
    const area = {
      ...wanted,
      width: Math.max(0, Math.min(wanted.x + wanted.width, this.#size.width, width) - wanted.x),
      height: Math.max(0, Math.min(wanted.y + wanted.height, this.#size.height, height) - wanted.y),
    };
    this.#update(area, RAW, encodePixels(picture, area, this.#format));
  }

  /** Sends an update of one rectangle. */
  #update({ x, y, width, height }: Area, encoding: number, data: Uint8Array = new Uint8Array()): void {
    this.#send(
      Uint8Array.of(0, 0, 0, 1),
      uint16(x),
      uint16(y),
      uint16(width),
      uint16(height),
      uint32(encoding),
      data,
    );
  }
}

const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
const uint32 = (value: number): Uint8Array =>
  Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
const readUint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const readUint32 = (bytes: Uint8Array, at: number): number =>
  readUint16(bytes, at) * 0x1_0000 + readUint16(bytes, at + 2);

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);
