import { expect, test } from 'vitest';
import { HONEST } from '../beside/compare.ts';
import { judgeOutput } from './python-case.ts';

const honest =
  '{"error": {"class": "GenericError", "desc": "qmp-mock does not model x; script an answer to it"}}';

test.each<[string, number | string, string, string]>([
  ['nothing differs', 0, 'SAME      a\n      real {}\n== 0 steps differ\n', 'right'],
  [
    'each difference is honest',
    1,
    `SAME      a\n      real {}\nDIFFERENT b\n      real {}\n      fake ${honest}\n== 1 steps differ\n`,
    'honest',
  ],
  [
    'one of them is not',
    1,
    `DIFFERENT a\n      real {}\n      fake ${honest}\nDIFFERENT b\n      real {}\n      fake []\n== 2 steps differ\n`,
    'wrong',
  ],
  [
    'only the number of a thread differs',
    1,
    'DIFFERENT a\n      real {"return": [{"thread-id": 4666}]}\n      fake {"return": [{"thread-id": 1000}]}\n',
    'right',
  ],
  [
    'the number of a thread, and more',
    1,
    'DIFFERENT a\n      real {"return": [{"thread-id": 4666}]}\n      fake {"return": [{"thread-id": 1000, "x": 1}]}\n',
    'wrong',
  ],
  ['only QEMU says that', 1, `DIFFERENT a\n      real ${honest}\n      fake {}\n`, 'wrong'],
  ['two lists differ', 1, "real ['connected']\nfake ['refused']\n", 'wrong'],
  ['the script fails', 1, 'Traceback (most recent call last):\n', 'wrong'],
  ['the script is too slow', 'SIGKILL', `DIFFERENT a\n      fake ${honest}\n`, 'wrong'],
])('%s', (_, code, output, verdict) => {
  expect(judgeOutput(code, output, HONEST).verdict).toBe(verdict);
});
