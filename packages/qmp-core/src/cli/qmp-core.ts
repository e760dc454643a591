#!/usr/bin/env node
/** The command `qmp-core`. */

import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.ts';
import { qapiCommand } from './qapi-command.ts';
import { shellCommand } from './shell-command.ts';

const USAGE = `Usage: qmp-core <command> [options]

  shell       speak to a monitor (qmp-core shell --help)
  qapi        write TypeScript types for a QEMU (qmp-core qapi --help)

  -h, --help  this text
  --version   the version of this package
`;

async function main([command, ...args]: readonly string[]): Promise<void> {
  switch (command) {
    case 'qapi':
      return qapiCommand(args, {
        out: (text) => void process.stdout.write(text),
        err: (text) => void process.stderr.write(text),
      });
    case 'shell':
      process.exitCode = await shellCommand(args);
      return undefined;
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return undefined;
    case '--version': {
      const manifest: { version: string } = JSON.parse(
        readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
      );
      process.stdout.write(`${manifest.version}\n`);
      return undefined;
    }
    default:
      throw new CliError(
        `${command === undefined ? 'Name a command.' : `There is no command ${JSON.stringify(command)}.`}\n\n${USAGE}`,
      );
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`qmp-core: ${error.message}\n`);
  process.exitCode = 1;
}
