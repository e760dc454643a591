import { expect, test } from 'vitest';
import { requestedMonitors, type MonitorChannel } from './monitors.ts';

const unix = (path: string, server = false): MonitorChannel => ({ kind: 'unix', path, server });

test.each([
  ['-qmp unix:/run/a.sock', unix('/run/a.sock')],
  ['--qmp unix:a.sock,server=on,wait=off', unix('/cwd/a.sock', true)],
  ['-qmp unix:/run/a.sock,server,nowait', unix('/run/a.sock', true)],
  ['-qmp unix:/run/a,,b.sock', unix('/run/a,b.sock')],
  ['-qmp unix:/run/a=b.sock,server', unix('/run/a=b.sock', true)],
  ['-qmp tcp:127.0.0.1:4444', { kind: 'tcp', host: '127.0.0.1', port: 4444, server: false }],
  ['-qmp tcp:[::1]:4444,server=on', { kind: 'tcp', host: '::1', port: 4444, server: true }],
  ['-qmp tcp::4444,server', { kind: 'tcp', host: '', port: 4444, server: true }],
  ['-qmp stdio', { kind: 'stdio' }],
  ['-chardev socket,id=qmp,fd=3 -qmp chardev:qmp', { kind: 'fd', fd: 3 }],
  ['-chardev socket,fd=3,id=q -mon chardev=q,mode=control', { kind: 'fd', fd: 3 }],
  ['-mon q,mode=control -chardev socket,id=q,path=/s,server=on', unix('/s', true)],
  [
    '-chardev socket,id=q,host=localhost,port=1,server=on -mon chardev=q,mode=control',
    { kind: 'tcp', host: 'localhost', port: 1, server: true },
  ],
  ['-chardev stdio,id=q -mon chardev=q,mode=control', { kind: 'stdio' }],
] as [string, MonitorChannel][])('%s', (line, channel) => {
  expect(requestedMonitors(line.split(' '), '/cwd')).toEqual([{ channel, pretty: false }]);
});

test.each([
  '-monitor stdio',
  '-mon chardev=q,mode=readline -chardev stdio,id=q',
  '-chardev pty,id=q -mon chardev=q,mode=control',
  '-chardev stdio,id=serial -serial chardev:serial',
  '-qmp nonsense',
  '-qmp',
])('%s asks for no monitor that can be served', (line) => {
  expect(requestedMonitors(line.split(' '), '/')).toEqual([]);
});

test('a command line may ask for several, and for pretty ones', () => {
  const line =
    '-qmp-pretty unix:/a -chardev socket,id=q,fd=3 -mon chardev=q,mode=control,pretty=on -qmp unix:/b';
  expect(requestedMonitors(line.split(' '), '/')).toEqual([
    { channel: unix('/a'), pretty: true },
    { channel: { kind: 'fd', fd: 3 }, pretty: true },
    { channel: unix('/b'), pretty: false },
  ]);
});
