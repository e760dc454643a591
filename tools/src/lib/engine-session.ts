import { MonitorSession, type SessionOptions } from '../internals/engine.ts';

/** A conversation with the mock's engine, in this process. */
export class EngineSession {
  readonly #session: MonitorSession;
  #output = '';

  constructor(options: Omit<SessionOptions, 'output'>) {
    this.#session = new MonitorSession({
      ...options,
      output: (data) => {
        this.#output += typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
      },
    });
    this.#session.open();
  }

  receive(bytes: Uint8Array): void {
    this.#session.receive(bytes);
  }

  /** Takes its output since the last call. */
  take(): string {
    const output = this.#output;
    this.#output = '';
    return output;
  }
}
