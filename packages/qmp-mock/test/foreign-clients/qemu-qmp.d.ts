declare module 'qemu-qmp' {
  import type { Socket } from 'node:net';

  class Qmp extends Socket {
    connect(path: string, done: (error: Error | null) => void): this;
    execute(command: string, done: (error: Error | null, value: unknown) => void): void;
    execute(command: string, args: object, done: (error: Error | null, value: unknown) => void): void;
  }
  export default Qmp;
}
