import { parseArgs } from 'node:util';
import { knownVersions } from '../../version/version-folders.ts';
import { DEFAULT_QEMU_ARGS } from '../../process/command-line/default-arguments.ts';
import { checkVersion } from './check-version.ts';
import { UsageError } from './usage-error.ts';

/** The parsed command line. */
export interface MockCommandLine {
  /** Addresses to listen on. */
  readonly listen: readonly string[];
  /** Addresses to dial. */
  readonly dial: readonly string[];
  /** The QEMU version to imitate. */
  readonly qemu: string | undefined;
  /** Module with the script. */
  readonly script: string | undefined;
  readonly pretty: boolean;
  readonly oob: boolean;
  readonly notModelled: 'error' | 'empty';
  /** QEMU's own command line: everything after `--`. */
  readonly args: readonly string[] | undefined;
  /** Whether to report unmet expectations at the end, and to exit with status 1 then. */
  readonly verify: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Text of `--help`. */
export const HELP: string = `Usage: qmp-mock --listen ADDRESS [OPTION]… [-- QEMU-OPTION…]

Serves a mock of QEMU's machine protocol (QMP) until a client sends "quit" or a signal comes.

  --listen ADDRESS    listen there: unix:/path, /path, 127.0.0.1:4444 (port 0: any); again for more monitors
  --dial ADDRESS      connect to a client that listens there; again for more monitors
  --qemu VERSION      QEMU version to imitate: ${knownVersions().join(', ')} (default: the newest), or the
                      folder of another that "qmp-mock learn" wrote, with a / in it: ./qemu-8.2
  --script FILE       module whose default export, or export "script", is called with the mock first
  --pretty            print messages over several lines
  --no-oob            do not offer out-of-band execution
  --not-modelled HOW  commands that the mock does not model: error (default) or empty
  --verify            at the end, report unmet expectations of the script, and exit with status 1 if there are any
  --version, --help
  -- QEMU-OPTION…     the machine, in QEMU's own words: -- -machine q35 -m 256M -S (default: ${DEFAULT_QEMU_ARGS.join(' ')})

Each address that it listens on is printed on a line of its own once clients can connect.
Exit status: that of the machine (0 after "quit"), 1 if it could not start, 2 for a wrong command line.
`;

/** Text of `--help` for `learn`. */
export const LEARN_HELP: string = `
QEMU versions that this package doesn't have:

  qmp-mock learn [--out FOLDER] [--devices] [--timeout SECONDS] [--] QEMU
                      ask a qemu-system-x86_64 (a path, or a name on PATH) for everything that the mock needs to know about it, and write
                      it to a folder (default: qemu-VERSION), which --qemu, --fake-version and new MockQmp({ qemu }) take;
                      --devices: plug in each device model as well, which takes minutes; without it, devices are not modelled;
                      --timeout is for each answer of QEMU's (default: 20)
`;

const OPTIONS = {
  listen: { type: 'string', multiple: true },
  dial: { type: 'string', multiple: true },
  qemu: { type: 'string' },
  script: { type: 'string' },
  pretty: { type: 'boolean' },
  'no-oob': { type: 'boolean' },
  'not-modelled': { type: 'string' },
  verify: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/**
 * Reads the command line.
 *
 * @throws UsageError that says what is wrong.
 */
export function readOptions(argv: readonly string[]): MockCommandLine {
  const end = argv.indexOf('--');
  const values = parse(end < 0 ? argv : argv.slice(0, end));
  const args = end < 0 ? undefined : argv.slice(end + 1);
  const { listen = [], dial = [], qemu, 'not-modelled': notModelled = 'error' } = values;
  const help = values.help === true;
  const version = values.version === true;
  if (!help && !version && listen.length === 0 && dial.length === 0) {
    throw new UsageError('give an address to serve: --listen ADDRESS, or --dial ADDRESS');
  }
  if (qemu !== undefined) checkVersion('--qemu', qemu);
  if (notModelled !== 'error' && notModelled !== 'empty') {
    throw new UsageError(`--not-modelled ${notModelled}: choose error or empty`);
  }
  return {
    listen,
    dial,
    qemu,
    script: values.script,
    pretty: values.pretty === true,
    oob: values['no-oob'] !== true,
    notModelled,
    args,
    verify: values.verify === true,
    help,
    version,
  };
}

function parse(argv: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
