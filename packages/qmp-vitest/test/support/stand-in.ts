import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

/** A directory for one test. */
export function scratch(): string {
  return temporaryDirectory('qmp-test-');
}

/**
 * A program to be launched in the place of QEMU, for what a real one does not do on demand: to be deaf, to
 * talk nonsense, to end in the middle of the handshake.
 *
 * @param body - JavaScript; `monitor` is the socket at descriptor 3, and `say(message)` sends a message.
 */
export function standIn(body: string): string {
  const path = join(scratch(), 'stand-in.mjs');
  writeFileSync(
    path,
    [
      `#!${process.execPath}`,
      `import { Socket } from 'node:net'`,
      `const monitor = new Socket({ fd: 3, readable: true, writable: true })`,
      `const say = (message) => monitor.write(JSON.stringify(message) + '\\r\\n')`,
      `const greet = () => say({ QMP: { version: { qemu: { major: 1, minor: 2, micro: 3 }, package: 'stand-in' }, capabilities: [] } })`,
      // Its line end may come with it or later; the next request comes only after the answer.
      `let text = ''`,
      `const onRequest = (handler) => monitor.on('data', (chunk) => {`,
      `  try { text += chunk; handler(JSON.parse(text)); text = '' } catch (error) { if (!(error instanceof SyntaxError)) throw error }`,
      `})`,
      body,
    ].join('\n'),
  );
  chmodSync(path, 0o755);
  return path;
}
