import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemoryHost } from '../../../test/support/memory-host.ts';
import { VERSIONS } from '../../../test/support/versions.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { readArguments } from '../command-line/read-arguments.ts';
import { StartError } from '../command-line/start-error.ts';
import { VirtualQemu } from '../virtual-qemu.ts';

/** A line, behind that of an idle machine, and the words with which every version was seen to refuse it. */
interface RefusedLine {
  readonly line: string;
  readonly refusal: string;
}

const REFUSED = readFileSync(new URL('../../../test/lines/refused.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((text) => text !== '')
  .map((text) => JSON.parse(text) as RefusedLine);

const IDLE: readonly (readonly [string, string?])[] = [
  ['-machine', 'q35'],
  ['-nodefaults'],
  ['-display', 'none'],
];

/**
 * Starts a QEMU where there is an image of a mebibyte; gives what it says on the standard error stream, or
 * `up`.
 */
async function outcome(line: string, version: string): Promise<string> {
  const profile = loadProfile(version);
  const host = new MemoryHost();
  host.files.set('r.img', '\0'.repeat(1024 ** 2));
  const given = line.split(' ');
  const idle = IDLE.filter(
    ([name]) => !given.includes(name) && !(name === '-display' && given.includes('-vnc')),
  );
  const words = [...idle.flatMap((option) => option.filter((word) => word !== undefined)), '-S', ...given];
  const { program, file } = host;
  const { plan, refusal, warnings } = readArguments(words, { profile, program, file });
  const said = (error: StartError): string =>
    `${warnings.map((text) => `${text}\n`).join('')}${host.errors}${error.format(program)}`
      .replaceAll(`${program}: `, '')
      .trimEnd();
  if (plan === undefined) return said(refusal ?? new StartError('it only prints something'));
  const qemu = new VirtualQemu({ plan, profile, host });
  try {
    await qemu.start();
    return 'up';
  } catch (error) {
    if (error instanceof StartError) return said(error);
    throw error;
  } finally {
    await qemu.close();
  }
}

describe.each(VERSIONS)('QEMU %s', (version) => {
  it.each(['file.driver=null-co,format=raw', 'file.driver=null-co'])(
    'does not deny the file of a drive that is a node of its own: %s',
    async (options) => {
      const said = await outcome(`-drive if=none,id=d,${options}`, version).catch(String);
      expect(said).toMatch(/does not model a drive whose file is a node/);
    },
  );

  it.each(REFUSED)('refuses $line', async ({ line, refusal }) => {
    expect(await outcome(line, version)).toBe(refusal);
  });
});
