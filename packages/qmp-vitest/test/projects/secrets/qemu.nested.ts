import { describe } from 'vitest';
import { expect, test } from 'qmp-vitest';
import { quoted, secrets } from './secrets.ts';

const object = `secret,id=s,data=${quoted(secrets.data)}`;

describe('QEMU refuses an option, and says which', () => {
  test.override('qemuOptions', {
    args: ['-object', `${object},no-such=1`],
    env: { MY_SECRET_TOKEN: secrets.variable },
  });

  test('a launch that fails', ({ qemu }) => {
    expect(qemu).toBeUndefined();
  });
});

describe('QEMU runs', () => {
  test.override('qemuOptions', {
    args: ['-object', object],
    env: { MY_SECRET_TOKEN: secrets.variable },
  });

  test('a secret that is read back from QEMU', async ({ qemu, qmp }) => {
    expect(qemu.argv.join(' ')).toContain(object);
    expect(await qmp.execute('qom-get', { path: '/objects/s', property: 'data' })).toBe('another');
  });

  test('a diff of the process', ({ qemu }) => {
    expect(qemu).toEqual({});
  });
});
