import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { QmpListener, type QmpClient } from 'qmp-core';

/** How a machine is started. */
export interface MachineOptions {
  name: string;
  memory: number;
  /** A directory for its socket. */
  directory: string;
  env?: NodeJS.ProcessEnv;
}

/** A QEMU process that somebody's program starts by itself. */
export class VirtualMachine {
  readonly #child: ChildProcess;
  readonly #qmp: QmpClient;

  private constructor(child: ChildProcess, qmp: QmpClient) {
    this.#child = child;
    this.#qmp = qmp;
  }

  static async start({ name, memory, directory, env }: MachineOptions): Promise<VirtualMachine> {
    const path = join(directory, `${name}.qmp`);
    const listener = await QmpListener.listen({ path });
    const args = ['-name', name, '-m', `${memory}M`, '-display', 'none', '-qmp', `unix:${path}`];
    const child = spawn('qemu-system-x86_64', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const over = new AbortController();
    child.once('close', (code) => {
      over.abort(new Error(`${name} did not start (exit code ${String(code)}): ${complaint.trim()}`));
    });
    try {
      return new VirtualMachine(child, await listener.accept({ signal: over.signal }));
    } finally {
      await listener.close();
    }
  }

  async pause(): Promise<void> {
    await this.#qmp.execute('stop');
  }

  /** Asks the guest to power off; a guest that does not listen is ended by force. */
  async shutDown(patience: number): Promise<'by itself' | 'by force'> {
    const ended = once(this.#child, 'exit');
    await this.#qmp.execute('system_powerdown');
    try {
      await this.#qmp.waitForEvent('SHUTDOWN', { timeout: patience });
      await ended;
      return 'by itself';
    } catch {
      this.#child.kill('SIGKILL');
      await ended;
      return 'by force';
    }
  }
}
