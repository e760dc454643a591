import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { knownVersions } from '../../src/version/version-folders.ts';
import { findQemu, qemuRequired } from '../support/real-qemu.ts';
import { recordedCases } from './recorded.ts';

const qemu = findQemu();
/** Every so many cases one is asked; `QMP_CONFORMANCE=all` asks all. */
const STEP = process.env['QMP_CONFORMANCE'] === 'all' ? 1 : 10;

function start(binary: string): { child: ChildProcess; monitor: Socket } {
  const args = ['-machine', 'none', '-nodefaults', '-display', 'none', '-S'];
  const child = spawn(binary, [...args, '-chardev', 'socket,id=q,fd=3', '-qmp', 'chardev:q'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  return { child, monitor: child.stdio[3] as Socket };
}

/** What these tests read of a message. */
interface Message {
  readonly QMP?: { readonly version: { readonly qemu: { readonly major: number; readonly minor: number } } };
  readonly error?: { readonly desc: string };
}

test.skipIf(qemu === undefined && !qemuRequired)(
  'an installed QEMU refuses the recorded arguments as recorded (skipped where there is none)',
  { timeout: 300_000 },
  async ({ skip }) => {
    if (qemu === undefined) throw new Error('QMP_REQUIRE_QEMU=1, but there is no qemu-system-x86_64 on PATH');
    const { child, monitor } = start(qemu);
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    const lines = createInterface({ input: monitor })[Symbol.asyncIterator]();
    const next = async (): Promise<Message> => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('QEMU has ended');
      return JSON.parse(value);
    };

    const version = (await next()).QMP!.version.qemu;
    const name = `${version.major}.${version.minor}`;
    if (!knownVersions().includes(name)) skip(`no cases are recorded of QEMU ${name}`);
    monitor.write('{"execute": "qmp_capabilities"}');
    await next();

    const cases = recordedCases(name).filter((_, index) => index % STEP === 0);
    monitor.write(
      cases.map(({ command, text }) => `{"execute":"${command}","arguments":${text}}`).join('\n'),
    );
    const differing: unknown[] = [];
    for (const item of cases) {
      const answer = (await next()).error?.desc;
      if (answer !== item.answer) differing.push({ ...item, now: answer });
    }
    expect(differing).toEqual([]);
  },
);
