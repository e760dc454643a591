import type { NbdExport } from './export.ts';

/** Ways in which a client wants its replies, from the plainest. */
export const MODE = { exportName: 0, simple: 1, structured: 2, extended: 3 };

/** Contexts of an export for which a client has asked. */
export interface MetaContexts {
  readonly export: NbdExport | undefined;
  allocation: boolean;
  depth: boolean;
  /** For each bitmap of the export, whether it was asked for. */
  readonly bitmaps: boolean[];
}

/** Contexts of an export, none of which is asked for yet. */
export function noContexts(found?: NbdExport): MetaContexts {
  return {
    export: found,
    allocation: false,
    depth: false,
    bitmaps: found?.bitmaps.map(() => false) ?? [],
  };
}

/** Counts the contexts that were asked for. */
export function countContexts({ allocation, depth, bitmaps }: MetaContexts): number {
  return [allocation, depth, ...bitmaps].filter(Boolean).length;
}

/** Exports of a server, and what it offers. */
export interface NbdOffer {
  /** Exports in the order in which they were added. */
  readonly exports: () => readonly NbdExport[];
  /** Whether the version knows of requests and replies with 64-bit lengths. */
  readonly extended: boolean;
}

/** A client, as the two halves of its conversation know it. */
export interface NbdClient {
  readonly offer: NbdOffer;
  /** Sends bytes. */
  readonly send: (bytes: Uint8Array) => void;
  /** One of {@link MODE}. */
  mode: number;
  contexts: MetaContexts;
  /** Export that it has chosen. */
  export: NbdExport | undefined;
}
