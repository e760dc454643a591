import { createCipheriv, randomBytes } from 'node:crypto';
import type { Clock } from '../../engine/clock.ts';
import { decodeBase64, decodeUtf8 } from '../../engine/bytes.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Machine } from '../../machine/machine.ts';
import { RfbSession } from '../../machine/ui/rfb/rfb-session.ts';
import { vncArgument } from '../../machine/ui/vnc/vnc-options.ts';
import type { VncAddress } from '../../machine/ui/vnc/vnc-server.ts';
import { StartError } from '../command-line/start-error.ts';
import type { ClientStream, Host } from '../host.ts';
import type { StartContext } from '../start-checks/start-context.ts';
import { SystemClock } from '../node/system-clock.ts';
import { placesOf } from './vnc-place.ts';
import { VncSockets } from './vnc-sockets.ts';

/** Parts of a {@link VncService}. */
export interface VncServiceParts {
  readonly host: Host;
  /** Makes sockets. */
  readonly listen: Host['listen'];
  /** The machine of the moment. */
  readonly machine: () => Machine;
  /** Told of what isn't modelled. */
  readonly notModelled: (what: string) => void;
}

/** Most bytes that may wait for a client that doesn't read. */
const UNSENT_LIMIT = 256 * 1024 * 1024;
/** Times in ms between two looks of QEMU at a screen that doesn't change: the first, and how they grow. */
const FIRST_LOOK = 30;
const LATER_BY = 50;
const RAREST_LOOK = 3000;
/** Bytes of a password that count. */
const KEY_LENGTH = 8;

/** The VNC servers of a QEMU: their sockets, and conversations with their clients. */
export class VncService {
  readonly sockets: VncSockets;
  readonly #parts: VncServiceParts;
  /** Clients are outside of a test, and so is their time. */
  readonly #clock: Clock = new SystemClock();
  readonly #clients = new Map<ClientStream, RfbSession>();
  /** Functions that end the waiting for each client that has gone and that the machine still counts. */
  readonly #leaving = new Set<() => void>();

  constructor(parts: VncServiceParts) {
    this.#parts = parts;
    this.sockets = new VncSockets({
      listen: parts.listen,
      onClient: (id, stream, address) => this.#serve(id, stream, address),
    });
  }

  /** Opens everything that the command line asks for. Throws a `StartError` with QEMU's words. */
  async open(context: StartContext): Promise<void> {
    const options = context.options.filter((option) => vncArgument(option) !== undefined);
    for (const [index, server] of this.#parts.machine().ui.vnc.entries()) {
      try {
        await this.sockets.listen(server.id, placesOf(server.options));
        if (server.options.values.has('to')) this.#tell(server.id);
      } catch (error) {
        const location = options[index]?.location;
        throw error instanceof StartError && location !== undefined ? error.at(location) : error;
      }
    }
    this.setPasswords(context);
  }

  /** Says on standard error which of several ports a server has got (`vnc_display_print_local_addr`). */
  #tell(id: string): void {
    const [first] = this.sockets.of(id);
    if (first === undefined || first.family === 'unix') return;
    this.#parts.host.stderr(`VNC server running on ${first.host}:${first.service}\n`);
  }

  /** Gives the servers of a machine that was just made the passwords of `password-secret`. */
  setPasswords(context: StartContext): void {
    for (const server of this.#parts.machine().ui.vnc) {
      const secret = server.options.values.get('password-secret');
      if (secret !== undefined) server.password = this.#secret(context, secret);
    }
  }

  /** Ends all conversations without a word to anybody. */
  drop(): void {
    for (const stream of this.#clients.keys()) stream.destroy();
    this.#clients.clear();
    for (const forget of this.#leaving) forget();
    this.#leaving.clear();
  }

  /** Listens no more, and ends all conversations. */
  async close(): Promise<void> {
    this.drop();
    await this.sockets.close();
  }

  #secret(context: StartContext, id: string): string {
    const object = context.of('object').find((one) => one.get('id') === id);
    const type = object?.get('qom-type');
    if (object === undefined || type !== 'secret') notModelled(`-vnc with a password of ${type ?? id}`);
    if (object.get('keyid') !== undefined) notModelled('-vnc with an encrypted password');
    const file = object.get('file');
    const text = file === undefined ? (object.get('data') ?? '') : this.#parts.host.file.read(file);
    return object.get('format') === 'base64' ? decodeUtf8(decodeBase64(text)) : text;
  }

  #serve(id: string, stream: ClientStream, address: VncAddress): void {
    const since = this.#clock.now();
    const machine = this.#parts.machine();
    const { vnc, screen, input, isAbsolute } = machine.ui;
    const server = vnc.find((one) => one.id === id);
    if (server === undefined) return void stream.destroy();
    const session = new RfbSession({
      server,
      address,
      screen,
      input,
      isAbsolute,
      size: () => screen.picture,
      name: machine.options.name,
      send: (bytes) => {
        if (stream.destroyed) return;
        if (stream.writableLength > UNSENT_LIMIT) stream.destroy();
        else stream.write(bytes);
      },
      end: () => stream.end(() => stream.destroy()),
      challenge: () => randomBytes(16),
      answer: encryptChallenge,
      notModelled: this.#parts.notModelled,
    });
    this.#clients.set(stream, session);
    stream.on('data', (bytes: Uint8Array) => session.receive(bytes));
    stream.on('error', () => {});
    stream.once('end', () => stream.destroy());
    stream.once('close', () => {
      // A machine that was dropped has forgotten its clients.
      if (this.#clients.delete(stream)) this.#left(session, (this.#clock.now() - since) / 1000);
    });
    session.start();
  }

  /** A client has gone: QEMU notices that when it looks at the screen next. */
  #left(session: RfbSession, elapsed: number): void {
    const forget = this.#clock.after(untilNextLook(elapsed), () => {
      this.#leaving.delete(forget);
      session.closed();
    });
    this.#leaving.add(forget);
  }
}

/**
 * Time in ms until QEMU looks at its screen again.
 *
 * @param elapsed - Time in ms for which there has been a client.
 */
function untilNextLook(elapsed: number): number {
  let look = 0;
  for (let pause = FIRST_LOOK; look <= elapsed; pause = Math.min(pause + LATER_BY, RAREST_LOOK))
    look += pause;
  return look - elapsed;
}

/**
 * The answer of a client that knows the password: both halves of the challenge, each encrypted with DES. The
 * bits of the key are the other way round than everywhere else.
 */
function encryptChallenge(challenge: Uint8Array, password: string): Uint8Array {
  const key = Buffer.alloc(KEY_LENGTH);
  key.set(new TextEncoder().encode(password).subarray(0, KEY_LENGTH).map(reversed));
  // Triple DES with thrice the same key is DES, which OpenSSL no longer has by itself.
  const halves = [challenge.subarray(0, 8), challenge.subarray(8)].map((half) => {
    const cipher = createCipheriv('des-ede3-cbc', Buffer.concat([key, key, key]), Buffer.alloc(8));
    cipher.setAutoPadding(false);
    return Buffer.concat([cipher.update(half), cipher.final()]);
  });
  return Buffer.concat(halves);
}

function reversed(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) result |= ((byte >> bit) & 1) << (7 - bit);
  return result;
}
