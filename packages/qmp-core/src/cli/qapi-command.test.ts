import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { qemuBinary, qemuTest } from '../../test/support/qemu.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { CliError } from './cli-error.ts';
import { QAPI_USAGE, qapiCommand } from './qapi-command.ts';
import { NOWHERE } from '../../test/support/nowhere.ts';

const SCHEMA = [
  { name: 'stop', 'meta-type': 'command', 'arg-type': '0', 'ret-type': '0' },
  { name: '0', 'meta-type': 'object', members: [] },
];

async function run(...args: string[]): Promise<{ out: string; err: string }> {
  const said = { out: '', err: '' };
  await qapiCommand(args, {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
  });
  return said;
}

function file(name: string, text: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, text);
  return path;
}

/** A program in place of QEMU. */
function program(script: string): string {
  const path = file('qemu-fake', `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('qmp-core qapi', () => {
  test('writes the types of a saved schema to standard output, or to a file', async () => {
    const schema = file('schema.json', JSON.stringify({ return: SCHEMA }));
    const { out } = await run('--schema', schema, '--name', 'Mine');
    expect(out).toContain("import type { Empty, QapiSchema } from 'qmp-core';");
    expect(out).toContain('export interface Mine extends QapiSchema {');
    expect(out).toContain('  stop: { arguments: Empty; return: Empty };');
    const target = join(temporaryDirectory(), 'qapi.d.ts');
    const said = await run('--schema', schema, '--name', 'Mine', '--out', target);
    expect(said.out).toBe('');
    expect(said.err).toContain(target);
    expect(readFileSync(target, 'utf8')).toBe(out);
  });

  test('says how it is used', async () => {
    expect(await run('--help')).toEqual({ out: QAPI_USAGE, err: '' });
  });

  test.each<[string, () => string[], string]>([
    ['neither a QEMU nor a schema', () => [], 'either --qemu <binary> or --schema <file>'],
    ['both', () => ['--qemu', 'q', '--schema', 's'], 'either --qemu'],
    ['an option that there is not', () => ['--quemu', 'q'], "'--quemu'"],
    ['an option without its value', () => ['--qemu'], '--qemu'],
    ['a name that is none', () => ['--qemu', 'q', '--name', 'my-qapi'], '"my-qapi"'],
    ['a timeout that is none', () => ['--qemu', 'q', '--timeout', 'soon'], '"soon"'],
    ['a timeout of nothing', () => ['--qemu', 'q', '--timeout', '0'], '"0"'],
    [
      'a QEMU that is missing',
      () => ['--qemu', 'qemu-system-nope'],
      'Cannot run qemu-system-nope: no such file',
    ],
    ['a QEMU that is a text', () => ['--qemu', file('text', '')], 'permission denied'],
    [
      'a dump that is missing',
      () => ['--schema', `${NOWHERE}/schema.json`],
      `Cannot read ${NOWHERE}/schema.json`,
    ],
    ['a dump that is no JSON', () => ['--schema', file('s', '{')], 'is not JSON'],
    ['a dump of something else', () => ['--schema', file('s', '{}')], "isn't an introspection schema"],
    [
      'a target that cannot be written',
      () => ['--schema', file('s', JSON.stringify(SCHEMA)), '--out', `${NOWHERE}/qapi.ts`],
      `Cannot write ${NOWHERE}/qapi.ts: no such file or directory`,
    ],
    [
      'a target that is a directory',
      () => ['--schema', file('s', JSON.stringify(SCHEMA)), '--out', temporaryDirectory()],
      'it is a directory',
    ],
    ['a program that fails', () => ['--qemu', program('echo no thanks >&2; exit 3')], '--version failed'],
    [
      'a QEMU that dies while starting, with its words',
      () => ['--qemu', program('[ "$1" = --version ] && exit 0; echo boom >&2; exit 1')],
      'boom',
    ],
    [
      'a QEMU that says nothing, with its command line',
      // It reads its input until that ends.
      () => ['--qemu', program('[ "$1" = --version ] || exec cat'), '--timeout', '2000'],
      'no answer within 2000 ms.\nIt was run as: ',
    ],
    [
      'a program that does not come back from --version',
      () => ['--qemu', program('exec tail -f /dev/null'), '--timeout', '300'],
      '--version gave no answer within 300 ms',
    ],
  ])('refuses %s', async (_, args, message) => {
    const failed = run(...args());
    await expect(failed).rejects.toThrow(CliError);
    await expect(failed).rejects.toThrow(message);
  });

  qemuTest('writes the types of a real QEMU', async () => {
    const saved = join(temporaryDirectory(), 'schema.json');
    const { out } = await run('--qemu', qemuBinary ?? '', '--save-schema', saved, '--timeout', '25000');
    expect(out).toMatch(/^\/\/ Generated from the introspection schema of QEMU \d+\.\d+\.\d+ \(.*\)\./);
    expect(out).toContain("  'query-status': { arguments: Empty; return: StatusInfo };");
    const again = await run('--schema', saved);
    const [fromQemu, fromFile] = [out, again.out].map((text) =>
      text.slice(text.indexOf('/** What each command')),
    );
    expect(fromFile).toBe(fromQemu);
  });
});
