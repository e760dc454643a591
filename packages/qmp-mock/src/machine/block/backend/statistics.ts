/** Kinds of requests that are counted. */
export type RequestKind = 'rd' | 'wr' | 'flush' | 'unmap';

/** Counters of a guest's requests (`BlockDeviceStats`). Times stay 0: nothing takes any. */
export class Statistics {
  readonly #operations = new Map<RequestKind, number>();
  readonly #bytes = new Map<RequestKind, number>();

  /** Counts a request. */
  count(kind: RequestKind, bytes: number): void {
    this.#operations.set(kind, this.operations(kind) + 1);
    this.#bytes.set(kind, this.bytes(kind) + bytes);
  }

  operations(kind: RequestKind): number {
    return this.#operations.get(kind) ?? 0;
  }

  bytes(kind: RequestKind): number {
    return this.#bytes.get(kind) ?? 0;
  }
}
