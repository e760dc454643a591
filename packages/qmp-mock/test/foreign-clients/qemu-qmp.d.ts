declare module 'qemu-qmp' {
  import type { EventEmitter } from 'node:events';

  /** A socket, really; typed as far as the dialogues need it. */
  class Qmp extends EventEmitter {
    readonly destroyed: boolean;
    connect(path: string, done: (error: Error | null) => void): this;
    execute(command: string, done: (error: Error | null, value: unknown) => void): void;
    execute(command: string, args: object, done: (error: Error | null, value: unknown) => void): void;
    destroy(): void;
  }
  export default Qmp;
}
