import type { QmpClient } from 'qmp-core';
import { hasBrand } from 'qmp-core/internal';
import type { MockQmp, ReceivedCommand } from 'qmp-mock';

/** The client that was given to `expect`, by itself or in a machine. */
export function clientOf(subject: unknown, matcher: string): QmpClient {
  const client = member(subject, 'qmp');
  if (hasBrand(client, 'client')) return client as QmpClient;
  throw new TypeError(`expect(…).${matcher} takes a QmpClient, such as the fixture \`qmp\``);
}

/** The commands that a mock received, handshake aside. */
export function receivedBy(subject: unknown, matcher: string): readonly ReceivedCommand[] {
  if (isSpawned(subject)) return [...subject.received];
  const mock = member(subject, 'mock');
  if (hasBrand(mock, 'mock')) return [...(mock as MockQmp).received];
  throw new TypeError(`expect(…).${matcher} takes a MockQmp, such as the fixture \`mock\``);
}

/** Whether it's a machine of the fixture `fakeQemu`, on any backend. */
function isSpawned(subject: unknown): subject is { readonly received: Iterable<ReceivedCommand> } {
  if (typeof subject !== 'object' || subject === null) return false;
  return 'backend' in subject && 'argv' in subject && 'received' in subject;
}

/** The subject itself, or the member with this name if it's a machine from `launch`. */
function member(subject: unknown, name: 'qmp' | 'mock'): unknown {
  if (typeof subject !== 'object' || subject === null) return subject;
  return name in subject ? (subject as Record<string, unknown>)[name] : subject;
}
