import { QmpClient } from 'qmp-core';
import { onTestFinished } from 'vitest';
import { CassettePlayer, CassetteRecorder, type Cassette } from '../../src/cassette/index.ts';
import type { CassettePlayerOptions, CassetteRecorderOptions } from '../../src/cassette/index.ts';
import { MockQmp } from '../../src/mock/mock-qmp.ts';
import { parseCassette, printCassette } from '../../src/cassette/format.ts';
import { NEWEST } from './versions.ts';

/** Something that a client does. */
export type Talk = (client: QmpClient, mock: MockQmp) => Promise<unknown>;

/** Records what a client says to a mock of the newest QEMU. */
export async function recordTalk(talk: Talk, options: CassetteRecorderOptions = {}): Promise<Cassette> {
  const mock = new MockQmp({ qemu: NEWEST });
  onTestFinished(() => mock.close());
  const recorder = new CassetteRecorder({ schema: NEWEST, ...options });
  const client = await QmpClient.over(mock.connect(), { onMessage: recorder.record });
  await talk(client, mock);
  recorder.seal();
  await client.close();
  return parseCassette(printCassette(recorder.cassette()), 'talk.jsonl');
}

/** Connects a client to a player. */
export async function playTo(
  cassette: Cassette,
  options: CassettePlayerOptions = {},
): Promise<{ client: QmpClient; player: CassettePlayer }> {
  const player = new CassettePlayer(cassette, options);
  onTestFinished(() => player.close());
  const client = await QmpClient.over(player.connect());
  onTestFinished(() => client.close());
  return { client, player };
}
