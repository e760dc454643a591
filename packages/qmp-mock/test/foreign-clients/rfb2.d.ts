declare module 'rfb2' {
  import type { EventEmitter } from 'node:events';
  import type { Duplex } from 'node:stream';

  /** A rectangle of an update. */
  interface Rect {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly encoding: number;
    /** Its pixels, of an update in the encoding `raw`. */
    readonly data?: Buffer | undefined;
  }

  /** A client of VNC, typed as far as the tests need it. */
  class RfbClient extends EventEmitter {
    readonly width: number;
    readonly height: number;
    readonly title: string;
    keyEvent(keysym: number, isDown: 0 | 1): void;
    pointerEvent(x: number, y: number, buttons: number): void;
    requestUpdate(incremental: boolean, x: number, y: number, width: number, height: number): void;
    end(): void;
  }
  export function createConnection(options: { stream: Duplex; password?: string | undefined }): RfbClient;
}
