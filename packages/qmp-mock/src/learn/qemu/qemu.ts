import { Monitor } from './monitor.ts';
import type { StartOptions } from './process.ts';
import type { Program } from './program.ts';
import { run } from './run.ts';

/** A QEMU that is asked: started again and again, each time with a deadline for everything that it does. */
export class Qemu {
  readonly program: Program;
  /** Time in ms that each answer may take. */
  readonly deadline: number;

  constructor(program: Program, deadline: number) {
    this.program = program;
    this.deadline = deadline;
  }

  /** Starts it with a monitor; see {@link Monitor.start}. */
  start(args: readonly string[], options: StartOptions = {}): Promise<Monitor> {
    return Monitor.start(this.program, args, { ...options, deadline: this.deadline });
  }

  /**
   * Runs it with a command line that makes it exit, and gives the output of both streams. It is killed at the
   * deadline.
   */
  async output(args: readonly string[], options: { cwd?: string } = {}): Promise<string> {
    const { stdout, stderr } = await run(this.program, args, { ...options, deadline: this.deadline });
    return stdout + stderr;
  }
}
