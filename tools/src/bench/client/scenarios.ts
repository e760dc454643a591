/** Scenarios for measuring a client: each gets an open client and does a fixed amount of work. */
import type { BenchClient } from './contenders.ts';

export interface ClientScenario {
  /** Units of work of a sample. */
  readonly work: number;
  /** Units of work before it; a fifth by default. */
  readonly warmUp?: number;
  /** How many times the hand-written minimum it may take. */
  readonly most: number;
  /** Its name in `python.py`. */
  readonly python: string;
  run(client: BenchClient, work: number): Promise<void>;
}

const repeat =
  (command: string): ClientScenario['run'] =>
  async (client, work) => {
    for (let i = 0; i < work; i += 1) await client.execute(command);
  };

async function atOnce(client: BenchClient, work: number): Promise<void> {
  for (let i = 0; i < work; i += 1)
    await Promise.all(Array.from({ length: 500 }, () => client.execute('query-status')));
}

async function flood(client: BenchClient, work: number): Promise<void> {
  let seen = 0;
  let done: () => void;
  const all = new Promise<void>((resolve) => (done = resolve));
  const stop = client.onEvent(() => {
    seen += 1;
    if (seen === work * 100_000) done();
  });
  for (let i = 0; i < work; i += 1) await client.execute('query-events-flood');
  await all;
  stop();
}

const roundTrip = { most: 1.1, python: 'query-status', run: repeat('query-status') };
const many = { most: 1.5, python: 'at once', run: atOnce };
const long = (command: string): Omit<ClientScenario, 'work'> => ({
  most: 1.1,
  python: command,
  run: repeat(command),
});

/** On the raw server. */
export const scenarios: Readonly<Record<string, ClientScenario>> = {
  'round trip': { ...roundTrip, work: 4000 },
  '500 commands at once': { ...many, work: 20 },
  '100 KB reply': { ...long('query-block'), work: 100 },
  '5 MB reply': { ...long('query-named-block-nodes'), work: 3 },
  '100 000 events': { work: 1, most: 1.5, python: 'flood', run: flood },
};

/** On a real QEMU, whose own time is in it. */
export const qemuScenarios: Readonly<Record<string, ClientScenario>> = {
  'round trip': { ...roundTrip, work: 1000 },
  '500 commands at once': { ...many, work: 2 },
  'query-qmp-schema': { ...long('query-qmp-schema'), work: 8 },
};

/** Units of work before a sample. */
export const warmUpOf = ({ work, warmUp = Math.ceil(work / 5) }: ClientScenario): number => warmUp;
