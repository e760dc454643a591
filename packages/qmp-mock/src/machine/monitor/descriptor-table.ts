interface SetMember {
  readonly fd: number;
  readonly opaque: string | undefined;
}

/** Descriptors that clients passed: by name, and in numbered sets. */
export class DescriptorTable {
  readonly #close: (fd: number) => void;
  readonly #named = new Map<string, number>();
  readonly #sets = new Map<number, SetMember[]>();

  /** @param close - Closes a descriptor. */
  constructor(close: (fd: number) => void) {
    this.#close = close;
  }

  /** Keeps a descriptor under a name; one that had the name is closed. */
  setNamed(name: string, fd: number): void {
    this.closeNamed(name);
    this.#named.set(name, fd);
  }

  /** Closes the descriptor of a name; tells whether there was one. */
  closeNamed(name: string): boolean {
    const fd = this.#named.get(name);
    if (fd === undefined) return false;
    this.#named.delete(name);
    this.#close(fd);
    return true;
  }

  /** Whether there is a descriptor with that name. */
  hasNamed(name: string): boolean {
    return this.#named.has(name);
  }

  /** Adds a descriptor to a set, or to a new one with the lowest free number; gives the set's number. */
  addToSet(set: number | undefined, fd: number, opaque: string | undefined): number {
    let number = set ?? 0;
    if (set === undefined) while (this.#sets.has(number)) number += 1;
    this.#sets.set(number, [{ fd, opaque }, ...(this.#sets.get(number) ?? [])]);
    return number;
  }

  /** Closes one descriptor of a set, or all of them; tells whether there was anything to close. */
  removeFromSet(set: number, fd: number | undefined): boolean {
    const members = this.#sets.get(set);
    if (members === undefined) return false;
    const gone = members.filter((member) => fd === undefined || member.fd === fd);
    if (gone.length === 0) return false;
    for (const member of gone) this.#close(member.fd);
    const left = members.filter((member) => !gone.includes(member));
    if (left.length === 0) this.#sets.delete(set);
    else this.#sets.set(set, left);
    return true;
  }

  /** As `query-fdsets` gives them. */
  sets(): { 'fdset-id': number; fds: { fd: number; opaque?: string }[] }[] {
    return [...this.#sets]
      .toSorted(([a], [b]) => b - a)
      .map(([number, members]) => ({
        'fdset-id': number,
        fds: members.map(({ fd, opaque }) => (opaque === undefined ? { fd } : { fd, opaque })),
      }));
  }
}
