import { isIPv4 } from 'node:net';
import type { Machine } from '../machine/machine.ts';
import { addressOf } from '../machine/net/ipv4.ts';
import type { SocketPlace } from './command-line/socket-address.ts';

/**
 * The system's error for a place that a network of the machine has: a real QEMU has opened it, this machine
 * keeps account of it.
 */
export function whyTaken(place: SocketPlace, machine: Pick<Machine, 'hasPort'>): Error | undefined {
  if (place.kind !== 'inet' || place.family === 6) return undefined;
  const host = hostOf(place.host);
  const hostPort = Number(place.port);
  if (host === undefined || !machine.hasPort({ protocol: 'tcp', host, hostPort })) return undefined;
  return Object.assign(new Error('address already in use'), { code: 'EADDRINUSE', syscall: 'bind' });
}

function hostOf(name: string): number | undefined {
  if (name === '' || name === '::') return 0;
  const address = name === 'localhost' ? '127.0.0.1' : name;
  return isIPv4(address) ? addressOf(address) : undefined;
}
