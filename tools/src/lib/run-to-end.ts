import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/** How a program that was run has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Both its streams; empty if they were shown. */
  readonly output: string;
}

/** How {@link runToEnd} runs a program. */
export interface RunOptions {
  readonly cwd: string;
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest time in ms that it may take; then it's killed. Default: any time. */
  readonly limit?: number;
  /** Whether its output is shown instead of kept. Default: false. */
  readonly show?: boolean;
}

/** Runs a program and waits for its end. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  { cwd, env, limit, show = false }: RunOptions,
): Promise<Ended> {
  const stream = show ? 'inherit' : 'pipe';
  const options: SpawnOptions = {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', stream, stream],
    ...(limit !== undefined && { timeout: limit, killSignal: 'SIGKILL' }),
  };
  const child = spawn(command, args, options);
  let output = '';
  for (const one of [child.stdout, child.stderr]) {
    one?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, output };
}
