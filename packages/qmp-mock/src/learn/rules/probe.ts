import type { QemuRules } from '../../engine/profile.ts';
import type { Schema } from '../../engine/schema/schema.ts';
import type { MachineRules } from '../../machine/machine-rules.ts';
import type { Scratch } from '../lib/scratch.ts';
import type { Answer, Request } from '../qemu/monitor.ts';
import type { Qemu } from '../qemu/qemu.ts';

/** Every rule that is learned of a version. */
export type LearnedRules = QemuRules & MachineRules;

/** Equipment of a probe. */
export interface ProbeContext {
  readonly qemu: Qemu;
  readonly schema: Schema;
  /** For sockets and files; each probe uses names of its own in it. */
  readonly scratch: Scratch;
  /**
   * Asks a QEMU that all probes share. Only for what is refused or changes nothing; other probes start a QEMU
   * of their own.
   *
   * @throws Error if QEMU ends or hangs at it.
   */
  readonly ask: Record<'none' | 'pc', (request: Request) => Promise<Answer>>;
}

/** Finds out one rule by trying. */
export type Probe<T> = (context: ProbeContext) => Promise<T>;

/** Probes of some rules, by the names of the rules. */
export type Probes<Name extends keyof LearnedRules> = { readonly [N in Name]: Probe<LearnedRules[N]> };

/** How an idle PC is started. */
export const IDLE_PC: readonly string[] = ['-machine', 'pc,accel=tcg', '-nodefaults', '-S'];

/** Placeholder in rules for the given value that a refusal names. */
export const PLACEHOLDER = '%';

/**
 * The words of a request's refusal.
 *
 * @param given - The value that {@link PLACEHOLDER} stands for in the rule.
 * @throws Error if it isn't refused.
 */
export function refusalIn({ text, message }: Answer, given?: string): string {
  const desc = message.error?.desc;
  if (desc === undefined) throw new Error(`it was not refused: ${text.slice(0, 200)}`);
  return given === undefined ? desc : desc.replaceAll(given, () => PLACEHOLDER);
}

/** The human monitor's answer, by lines. */
export async function humanLines(
  ask: (request: Request) => Promise<Answer>,
  line: string,
): Promise<readonly string[]> {
  return (await humanText(ask, line)).split('\r\n').slice(0, -1);
}

/** The human monitor's answer, with its line ends. */
export async function humanText(ask: (request: Request) => Promise<Answer>, line: string): Promise<string> {
  const { text, message } = await ask({
    execute: 'human-monitor-command',
    arguments: { 'command-line': line },
  });
  if (typeof message.return !== 'string') throw new Error(`the human monitor did not answer: ${text}`);
  return message.return;
}

/** Whether a version has a command; what a missing one would say is the empty text. */
export const hasCommand = ({ schema }: ProbeContext, name: string): boolean => schema.commands.has(name);
