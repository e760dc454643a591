import { resolve } from 'node:path';
import type { ClientStream } from '../host.ts';
import type { Chardev } from './chardev.ts';
import { SocketChardev } from './socket-chardev.ts';

/** The chardevs of a QEMU, by id. */
export class ChardevSet {
  readonly #chardevs = new Map<string, Chardev>();
  #held = false;
  #relay: ((label: string, stream: ClientStream) => void) | undefined;
  #running = false;

  /** Every chardev, in the order in which they came. */
  list(): Chardev[] {
    return [...this.#chardevs.values()];
  }

  /** The chardev with that id. */
  get(label: string): Chardev | undefined {
    return this.#chardevs.get(label);
  }

  /** Whether there is a chardev with that id. */
  has(label: string): boolean {
    return this.#chardevs.has(label);
  }

  /** Whether one of them listens on the UNIX socket of this absolute path. */
  listensOn(path: string): boolean {
    return this.list().some(
      (chardev) =>
        chardev instanceof SocketChardev &&
        chardev.listensOn !== undefined &&
        resolve(chardev.listensOn) === path,
    );
  }

  /** Holds clients of sockets back without a greeting, or lets them in. */
  set held(held: boolean) {
    this.#held = held;
    for (const chardev of this.#chardevs.values()) if (chardev instanceof SocketChardev) chardev.held = held;
  }

  /** The QEMU runs now, with these and those that come later. */
  run(): void {
    this.#running = true;
    for (const chardev of this.#chardevs.values()) chardev.run();
  }

  /** Adds a chardev that is open already. */
  add(chardev: Chardev): void {
    this.#chardevs.set(chardev.label, chardev);
    if (this.#running) chardev.run();
    if (chardev instanceof SocketChardev && this.#held) chardev.held = true;
    this.#relayFrom(chardev);
  }

  /** Takes a chardev out that could not be opened. */
  forget(label: string): void {
    this.#chardevs.delete(label);
  }

  /** Closes and forgets a chardev. */
  async remove(label: string): Promise<void> {
    const chardev = this.#chardevs.get(label);
    this.#chardevs.delete(label);
    await chardev?.release();
  }

  /**
   * Hands the stream of every client on, untouched, with the id of its chardev, and of chardevs that are
   * added later.
   */
  relay(take: (label: string, stream: ClientStream) => void): void {
    this.#relay = take;
    for (const chardev of this.#chardevs.values()) this.#relayFrom(chardev);
  }

  /**
   * Takes no client any more, ends all conversations, and forgets all chardevs; resolves when nothing listens
   * any more.
   */
  async release(): Promise<void> {
    const all = this.list();
    this.#chardevs.clear();
    await Promise.all(all.map((chardev) => chardev.release()));
  }

  #relayFrom(chardev: Chardev): void {
    const take = this.#relay;
    if (take !== undefined) chardev.relay((stream) => take(chardev.label, stream));
  }
}
