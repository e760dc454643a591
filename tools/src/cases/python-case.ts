import { execFile } from 'node:child_process';
import { foldLine } from '../beside/fold.ts';
import type { Program } from '../qemu/program.ts';
import type { Verdict } from './verdict.ts';

/** How long a script may take, in ms. */
const DEADLINE = 180_000;

/** Result of a script that compares two programs by itself. */
export interface Found {
  readonly verdict: Verdict;
  /** The steps that differ, as the script printed them. */
  readonly different: readonly string[];
}

/**
 * Runs a script that takes a QEMU as `$QEMU` and a stand-in as `$FAKE`, prints `SAME …` or `DIFFERENT …` for
 * each step, what the stand-in did in lines that begin with `fake`, and exits with 1 if a step differs.
 */
export async function runPythonCase(
  script: string,
  qemu: Program,
  standIn: Program,
  honest: RegExp,
): Promise<Found> {
  const { code, output } = await run(script, {
    ...process.env,
    ...standIn.env,
    QEMU: qemu.command.join(' '),
    FAKE: standIn.command.join(' '),
    CUT: '100000',
  });
  return judgeOutput(code, output, honest);
}

/** Judges a script's result by its exit status and its output. */
export function judgeOutput(code: number | string, output: string, honest: RegExp): Found {
  if (code === 0) return { verdict: 'right', different: [] };
  const different = output
    .split(/^(?=SAME\b|DIFFERENT\b|real \[)/m)
    .filter((block) => /^(DIFFERENT|real)/.test(block));
  if (different.length === 0) return { verdict: 'wrong', different: [`exit ${code}\n${output}`] };
  return judgeBlocks(
    code,
    different.filter((block) => !saysTheSame(block)),
    honest,
  );
}

function judgeBlocks(code: number | string, different: readonly string[], honest: RegExp): Found {
  if (code === 1 && different.length === 0) return { verdict: 'right', different };
  const honestly = code === 1 && different.every((block) => honest.test(ours(block)));
  return { verdict: honestly ? 'honest' : 'wrong', different };
}

function run(script: string, env: NodeJS.ProcessEnv): Promise<{ code: number | string; output: string }> {
  const options = { env, timeout: DEADLINE, killSignal: 'SIGKILL', maxBuffer: 64 << 20 } as const;
  return new Promise((resolve) => {
    execFile('python3', [script], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? error.signal ?? 'none');
      resolve({ code, output: stdout + stderr });
    });
  });
}

/** Whether both programs said the same, but for what is different in each run of QEMU itself. */
function saysTheSame(block: string): boolean {
  const real = saidBy('real', block).map(foldLine);
  const fake = saidBy('fake', block).map(foldLine);
  return real.length === fake.length && real.every((line, index) => line === fake[index]);
}

const ours = (block: string): string => saidBy('fake', block).join('\n');

/** The lines of a block that one of the programs said. */
function saidBy(who: 'real' | 'fake', block: string): string[] {
  return block.split('\n').flatMap((line) => new RegExp(`^\\s*${who}\\b ?(.*)$`).exec(line)?.slice(1) ?? []);
}
