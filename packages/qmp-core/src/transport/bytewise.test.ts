import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { BytewiseWriter } from './bytewise.ts';

test('writes byte by byte, in order, one after the other', async () => {
  const chunks: string[] = [];
  let underWay = 0;
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString('latin1'));
      expect(++underWay).toBe(1);
      setImmediate(() => {
        underWay--;
        done();
      });
    },
  });
  const writer = new BytewiseWriter(stream);
  writer.write('{"a":');
  writer.write('1}');
  await writer.idle();
  writer.write('é');
  await writer.idle();
  expect(chunks.join('')).toBe(Buffer.from('{"a":1}é').toString('latin1'));
  expect(chunks.every((chunk) => chunk.length === 1)).toBe(true);
});

test('stops when the stream is destroyed', async () => {
  const stream = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      setImmediate(() => done());
    },
  });
  stream.on('error', () => {});
  const writer = new BytewiseWriter(stream);
  writer.write('x'.repeat(1000));
  stream.destroy();
  await writer.idle();
  expect(stream.destroyed).toBe(true);
});
