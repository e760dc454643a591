/**
 * The floor that every client is measured on: a server that does as little as a QMP server can, in its own
 * process. The size of its output can be chosen: `query-block` and `query-events-flood` take `{"n": …}`,
 * bytes and events. It finds the command and the id in the bytes by pattern, and answers from ready-made
 * texts.
 */
import { createServer } from 'node:net';

const path = process.argv[2] ?? '';
const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 3, "minor": 1, "major": 11}, "package": ""}, "capabilities": ["oob"]}}\r\n';
const status = '{"status": "running", "running": true}';
const block = (size: number): string => {
  const item = '{"device": "virtio0", "node-name": "node12", "size": 1073741824, "writable": true}';
  return `[${Array.from({ length: Math.ceil(size / item.length) }, () => item).join(', ')}]`;
};
const blocks = new Map<number, string>();
const sized = (size: number): string => {
  const text = blocks.get(size) ?? block(size);
  blocks.set(size, text);
  return text;
};
const replies: Readonly<Record<string, string | number>> = {
  'query-status': status,
  'query-block': 100_000,
  'query-named-block-nodes': 5_000_000,
  'query-events-flood': status,
};
for (const size of Object.values(replies)) if (typeof size === 'number') sized(size);
const event =
  '{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "RTC_CHANGE", "data": {"offset": 12, "qom-path": "/machine/rtc"}}\r\n';
const request = /"execute":\s*"([^"]+)"|"id":\s*("[^"]*"|\d+)|"n":\s*(\d+)|\}(?=\s*(?:\{|$))/g;

const server = createServer((socket) => {
  socket.write(greeting);
  let last = '';
  /** A request whose end has not come. */
  let rest = '';
  let command: string | undefined;
  let id: string | undefined;
  let n: number | undefined;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const out: string[] = [];
    const text = rest + chunk.toString('latin1');
    let answered = 0;
    for (const match of text.matchAll(request)) {
      const [, execute, requestId, number] = match;
      if (execute !== undefined) command = execute;
      else if (requestId !== undefined) id = requestId;
      else if (number !== undefined) n = Number(number);
      else if (command !== undefined) {
        if (command === 'query-events-flood') {
          for (let left = n ?? 100_000; left > 0; left -= 1000) out.push(event.repeat(Math.min(left, 1000)));
        }
        const known = command === 'query-block' ? (n ?? 100_000) : (replies[command] ?? '{}');
        let value = typeof known === 'number' ? sized(known) : known;
        if (command === 'query-last-request') value = JSON.stringify(last);
        out.push(`{"return": ${value}${id === undefined ? '' : `, "id": ${id}`}}\r\n`);
        answered = match.index + 1;
        command = undefined;
        id = undefined;
        n = undefined;
      }
    }
    rest = text.slice(answered);
    command = undefined;
    id = undefined;
    n = undefined;
    last = text;
    if (out.length > 0) socket.write(out.join(''));
  });
});
server.listen(path);
