import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { QmpTimeoutError } from 'qmp-core';
import { expect, test } from 'vitest';
import { scratch } from '../../test/support/stand-in.ts';
import { endedWhile } from './child.ts';
import { QemuExitError } from './errors.ts';
import { QemuOutput } from './output.ts';

const make = (limit = 1000, file?: string): QemuOutput =>
  new QemuOutput({ name: 'the console', limit, file });
const ended = endedWhile({ code: 1, signal: null });

function push(output: QemuOutput, text: string): void {
  output.push(Buffer.from(text));
}

test('finds what came before the wait', async () => {
  const output = make();
  push(output, 'one two three');
  expect(await output.waitFor('two')).toEqual({ text: 'two', groups: ['two'], before: 'one ' });
});

test('what was matched is not matched again', async () => {
  const output = make();
  push(output, 'login: x login: y');
  await output.waitFor(/login: (\w)/);
  expect(await output.waitFor(/login: (\w)/)).toMatchObject({
    groups: ['login: y', 'y'],
    before: ' x'.slice(2) + ' ',
  });
  await expect(output.waitFor('login', { timeout: 0 })).rejects.toBeInstanceOf(QmpTimeoutError);
});

test.each([
  ['at once', (text: string) => [Buffer.from(text)]],
  ['byte by byte', (text: string) => [...Buffer.from(text)].map((byte) => Buffer.from([byte]))],
])('finds what comes later, %s', async (_name, split) => {
  const output = make();
  const waiting = output.waitFor(/grüße (\d+)\n/);
  for (const chunk of split('… grüße 42\n')) output.push(chunk);
  expect(await waiting).toMatchObject({ groups: ['grüße 42\n', '42'], before: '… ' });
});

test('a pattern that is a text means just that text', async () => {
  const output = make();
  push(output, 'axb a.b [1]$');
  expect((await output.waitFor('a.b')).before).toBe('axb ');
  expect((await output.waitFor('[1]$')).before).toBe(' ');
});

test.each(['g', 'y', 'gy'])('the flags %s of a pattern do not make it remember', async (flags) => {
  const output = make();
  const pattern = new RegExp('b', flags);
  pattern.lastIndex = 3;
  push(output, 'ab');
  expect((await output.waitFor(pattern)).before).toBe('a');
});

test('several who wait are served in the order in which they came', async () => {
  const output = make();
  const waits = [output.waitFor(/\d/), output.waitFor(/\d/)];
  push(output, 'a1b2');
  expect((await Promise.all(waits)).map(({ text }) => text)).toEqual(['1', '2']);
});

test('the memory is bounded, the file is not', async () => {
  const file = join(scratch(), 'console.log');
  const output = make(10, file);
  push(output, '0123456789');
  push(output, 'abcde');
  expect(output.text).toBe('56789abcde');
  expect(output.dropped).toBe(5);
  expect((await output.waitFor('9')).before).toBe('5678');
  push(output, 'fghijklmno');
  expect((await output.waitFor('f')).before).toBe('');
  expect(readFileSync(file, 'utf8')).toBe('0123456789abcdefghijklmno');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a text that is longer than the memory is found while it is there', async () => {
  const output = make(10);
  const waiting = output.waitFor('start');
  push(output, `start${'x'.repeat(100)}`);
  await expect(waiting).resolves.toMatchObject({ text: 'start' });
});

test.each([
  ['nothing', '', 'It showed nothing.'],
  ['something else', 'Kernel panic', 'It showed:\nKernel panic'],
])('a deadline with %s shown says so', async (_name, text, said) => {
  const output = make();
  push(output, text);
  const error: unknown = await output.waitFor(/login/, { timeout: 1 }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(QmpTimeoutError);
  expect(error).toMatchObject({
    timeout: 1,
    message: `Waited 1 ms for the console to show /login/. ${said}`,
  });
});

test('an abort gives up with its reason', async () => {
  const output = make();
  const controller = new AbortController();
  const waiting = output.waitFor('x', { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(output.waitFor('x', { signal: controller.signal })).rejects.toBe(reason);
  push(output, 'x');
  expect((await output.waitFor('x')).text).toBe('x');
});

test('the end of the process ends the waits, and says how it ended and what was shown', async () => {
  const output = make();
  push(output, 'bye');
  const waiting = output.waitFor('login');
  output.end(ended);
  const error: unknown = await waiting.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(QemuExitError);
  expect(error).toMatchObject({
    message: 'QEMU ended (exit code 1) while waiting for the console to show "login". It showed:\nbye',
  });
  await expect(output.waitFor('login')).rejects.toBeInstanceOf(QemuExitError);
  expect((await output.waitFor('bye')).text).toBe('bye');
});

test('half a character at the end is not lost', () => {
  const output = make();
  output.push(Buffer.from('ü').subarray(0, 1));
  expect(output.text).toBe('');
  output.end(ended);
  expect(output.text).toBe('\ufffd');
});
