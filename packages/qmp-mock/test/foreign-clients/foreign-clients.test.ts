import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { nodeQemu, qemuQmp, type Outcome } from './dialogues.ts';
import { expectedOutcomes } from './expected.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../support/real-qemu.ts';
import { startMock, startQemu, type Server } from './servers.ts';
import { VERSIONS } from '../support/versions.ts';

// Clients that others wrote, strengths and faults and all: what real QEMU makes them do, the mock makes them
// do.
const clients = { 'node-qemu': nodeQemu, 'qemu-qmp': qemuQmp } as const;

/**
 * The QEMU that is installed, and which of the mock's versions it is; or why there is nothing to compare
 * with.
 */
function installed(): { binary: string; version: string } | string {
  const binary = findQemu();
  if (binary === undefined) {
    if (!qemuRequired) return NO_QEMU;
    throw new Error(`QMP_REQUIRE_QEMU=1, but ${NO_QEMU}`);
  }
  const banner = execFileSync(binary, ['--version'], { encoding: 'utf8' });
  const version = VERSIONS.find((name) => banner.includes(`version ${name}.`));
  return version === undefined
    ? `the mock cannot be this QEMU: ${banner.split('\n')[0]}`
    : { binary, version };
}

async function letLoose(client: (path: string) => Promise<Outcome>, server: Server): Promise<Outcome> {
  try {
    return await client(server.path);
  } finally {
    await server.close();
  }
}

describe.each(['node-qemu', 'qemu-qmp'] as const)('%s', (name) => {
  const client = clients[name];

  test.each(VERSIONS)('against a mock of QEMU %s', { timeout: 60_000 }, async (version) => {
    expect(await letLoose(client, await startMock(version))).toEqual(expectedOutcomes(version)[name]);
  });

  test('does with the mock what it does with QEMU', { timeout: 120_000 }, async ({ skip }) => {
    const qemu = installed();
    if (typeof qemu === 'string') {
      skip(qemu);
      return;
    }
    const [real, mock] = await Promise.all([
      startQemu(qemu.binary).then((server) => letLoose(client, server)),
      startMock(qemu.version).then((server) => letLoose(client, server)),
    ]);
    expect(mock).toEqual(real);
  });
});
