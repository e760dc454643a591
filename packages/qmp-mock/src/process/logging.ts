import { warnOfEvent } from './command-line/log-options.ts';
import { StartError } from './command-line/start-error.ts';
import type { StartOption } from './command-line/start-option.ts';
import type { Host } from './host.ts';
import { strerror } from './strerror.ts';

/** Context in which the log is opened. */
export interface LoggingContext {
  readonly options: readonly StartOption[];
  readonly host: Pick<Host, 'file' | 'pid'>;
  /** Items that `-d` can log, but for `all` and `trace:…`. */
  readonly items: readonly string[];
  /** Says something on standard error. */
  readonly say: (text: string) => void;
}

/** The item for which each thread writes a log of its own. */
const BY_THREAD = 'tid';

/**
 * Begins the log, as `-d`, `-D` and `-trace file=` ask for it (`qemu_process_early_options` in QEMU's
 * `system/vl.c`): checks what is to be logged, and empties the files. Throws a `StartError` with QEMU's
 * words.
 */
export function beginLogging({ options, host, items, say }: LoggingContext): void {
  const last = (name: string): StartOption | undefined => options.findLast((option) => option.name === name);
  const asked = last('d')?.argument;
  const logged = asked === undefined ? [] : itemsOf(asked, items, say);
  const template = last('D')?.argument;
  const isByThread = logged.includes(BY_THREAD) || logged.includes('all');
  if (template !== undefined && /%(?!d)|%[^]*%/.test(template)) {
    throw new StartError(`Bad logfile template: ${template}`);
  }
  if (isByThread && template?.includes('%d') !== true) {
    throw new StartError("Filename template with '%d' required for 'tid'");
  }
  // A thread makes its log when it has something to say.
  if (template !== undefined && !isByThread) empty(host, template.replace('%d', String(host.pid)));
  const traced = options.findLast((option) => option.name === 'trace' && option.values.has('file'));
  if (traced !== undefined) empty(host, traced.get('file') ?? '');
}

/** The items of `-d` (`qemu_str_to_log_mask` in QEMU's `util/log.c`). */
function itemsOf(asked: string, known: readonly string[], say: (text: string) => void): readonly string[] {
  const items = asked === '' ? [] : asked.split(',');
  for (const item of items) {
    if (item.startsWith('trace:')) warnOfEvent(item.slice('trace:'.length), say);
    else if (item !== 'all' && !known.includes(item)) printList();
  }
  return items.length === 0 ? printList() : items;
}

/** QEMU answers an unknown item by the list of those that it has, and ends. */
function printList(): never {
  throw new StartError('qmp-mock does not model the list of `-d help`; a real QEMU prints it');
}

function empty({ file }: Pick<Host, 'file'>, path: string): void {
  try {
    file.write(path, '');
  } catch (error) {
    throw new StartError(`Error opening logfile ${path}: ${strerror(error)}`);
  }
}
