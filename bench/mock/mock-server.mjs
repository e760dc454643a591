// A MockQmp in a process of its own: mock-server.mjs listen|dial PATH [QEMU].
import { MockQmp } from 'qmp-mock';

const [mode, path, qemu = '11.1'] = process.argv.slice(2);
const mock = new MockQmp({ qemu });
await (mode === 'dial' ? mock.dial(path) : mock.listen(path));
