import { describe, expect, test } from 'vitest';
import { findQmpSockets } from './qmp-sockets.ts';

const unix = (path: string): unknown => ({ kind: 'unix', path });

describe('the sockets of QMP monitors', () => {
  test.for([
    [
      ['-qmp', 'unix:/run/q,server=on,wait=off'],
      { at: 1, address: unix('/run/q'), listens: true, dialsAgain: false },
      'unix:path=/s,,0,server=on,wait=off',
    ],
    [
      ['-S', '--qmp-pretty', 'unix:a,,b,server,nowait'],
      { at: 2, address: unix('a,b'), listens: true },
      /,server,nowait$/,
    ],
    [
      ['-qmp', 'unix:/run/q'],
      { address: unix('/run/q'), listens: false, dialsAgain: false },
      'unix:path=/s,,0',
    ],
    [
      ['-qmp', 'tcp:[::1]:4444,server=on,wait=off,nodelay=on'],
      { address: { kind: 'tcp', host: '::1', port: 4444 }, listens: true },
      'unix:path=/s,,0,server=on,wait=off',
    ],
    [
      ['-qmp', 'tcp::4444,server=on,wait=on,nodelay'],
      { address: { kind: 'tcp', host: '127.0.0.1', port: 4444 } },
      'unix:path=/s,,0,server=on,wait=on',
    ],
    [
      ['-chardev', 'socket,id=c,path=/q,server=on,reconnect=1', '-mon', 'chardev=c,mode=control,pretty=on'],
      { at: 1, address: unix('/q'), dialsAgain: true },
      'socket,path=/s,,0,id=c,server=on,reconnect=1',
    ],
    [
      ['-mon', 'c,mode=control', '-chardev', 'socket,id=c,fd=7,server=on'],
      { at: 3, address: { kind: 'fd', fd: 7 }, listens: true },
      'socket,path=/s,,0,id=c,server=on',
    ],
  ] as const)('%j', ([argv, expected, word]) => {
    const [socket, ...others] = findQmpSockets(argv);
    expect(others).toEqual([]);
    expect(socket).toMatchObject(expected);
    expect(socket?.over('/s,0')).toEqual(typeof word === 'string' ? word : expect.stringMatching(word));
  });

  test.for([
    [['-qmp', 'stdio']],
    [['-qmp', 'tcp:localhost:0,server=on']],
    [['-qmp', 'tcp:localhost:1,to=9,server=on']],
    [['-qmp', 'telnet:localhost:4444,server=on']],
    [['-qmp', 'unix:/q,server=on,websocket=on']],
    [['-monitor', 'unix:/q,server=on']],
    [['-chardev', 'socket,id=c,path=/q,server=on', '-mon', 'c']],
    [['-chardev', 'pty,id=c', '-mon', 'c,mode=control']],
    [['-chardev', 'socket,id=c,path=q,abstract=on', '-mon', 'c,mode=control']],
    [['-qmp']],
  ] as const)('not %j', ([argv]) => {
    expect(findQmpSockets(argv)).toEqual([]);
  });
});
