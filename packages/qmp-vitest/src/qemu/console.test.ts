import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QmpStateError } from 'qmp-core';
import { describe, expect, test } from 'vitest';
import { launched } from '../../test/support/launched.ts';
import { needQemu } from '../../test/support/real-qemu.ts';
import { scratch } from '../../test/support/stand-in.ts';
import { QemuExitError } from './errors.ts';
import type { QemuTransport } from './options.ts';

/**
 * A boot sector that greets on the first serial port and then sends every byte back, one higher: a guest
 * operating system in 30 bytes.
 */
function bootSector(): string {
  const code = [
    [0x31, 0xd2], // xor dx, dx: the first serial port
    [0xb8, 0xe3, 0x00], // mov ax, 0x00e3: 9600 baud, 8N1
    [0xcd, 0x14], // int 0x14: set up the port
    Array.from(Buffer.from('ready>'), (letter) => [0xb8, letter, 0x01, 0xcd, 0x14]).flat(), // mov ah, 1: send
    [0xb4, 0x02, 0xcd, 0x14], // mov ah, 2: receive
    [0xf6, 0xc4, 0x80, 0x75, 0xf7], // test ah, 0x80; jnz receive: nothing came
    [0xfe, 0xc0], // inc al
    [0xb4, 0x01, 0xcd, 0x14], // mov ah, 1: send
    [0xeb, 0xef], // jmp receive
  ];
  const sector = Buffer.alloc(512);
  sector.set(code.flat());
  sector.set([0x55, 0xaa], 510);
  const path = join(scratch(), 'boot.img');
  writeFileSync(path, sector);
  return path;
}

describe('a real QEMU', { timeout: 60_000 }, () => {
  needQemu({ machine: 'pc' });

  test.each<QemuTransport>(['accept', 'connect', 'fd'])(
    'over %s, a guest talks and listens',
    async (transport) => {
      const drive = `file=${bootSector()},format=raw,if=floppy`;
      const vm = await launched({
        transport,
        console: true,
        args: ['-machine', 'pc', '-m', '16M', '-drive', drive],
      });
      await vm.console.waitFor('ready>', { timeout: 50_000 });
      await vm.console.write('HAL');
      expect(await vm.console.waitFor('IBM', { timeout: 50_000 })).toMatchObject({ before: '' });
      expect(vm.console.text).toContain('ready>');
      expect(readFileSync(vm.console.path ?? '', 'latin1')).toBe(vm.console.text);
    },
  );

  test('there is none where none was asked for', async () => {
    const vm = await launched();
    expect(() => vm.console).toThrow(QmpStateError);
    expect(() => vm.console).toThrow('console: true');
  });

  test('when QEMU ends, waiting and writing end', async () => {
    const vm = await launched({ console: true });
    const { console } = vm;
    const waiting = expect(console.waitFor('login:')).rejects.toBeInstanceOf(QemuExitError);
    await vm.stop();
    await waiting;
    await expect(console.write('x')).rejects.toBeInstanceOf(QemuExitError);
  });
});
