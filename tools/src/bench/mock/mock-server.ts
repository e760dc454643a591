/** A MockQmp in a process of its own: `mock-server.js listen|dial PATH QEMU`. */
import { MockQmp } from 'qmp-mock';

const [way, path = '', qemu = ''] = process.argv.slice(2);
const mock = new MockQmp({ qemu });
await (way === 'dial' ? mock.dial(path) : mock.listen(path));
