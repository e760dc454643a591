// A MockQmp in a process of its own. Prints when it listens.
import { MockQmp } from 'qmp-mock';

const [path, qemu = '11.1'] = process.argv.slice(2);
const mock = new MockQmp({ qemu });
await mock.listen(path);
console.log('listening');
