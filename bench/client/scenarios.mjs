// What is measured of a client: each scenario gets an open client and does a fixed amount of work.
const repeat = (command) => async (client, work) => {
  for (let i = 0; i < work; i += 1) await client.execute(command);
};

async function atOnce(client, work) {
  for (let i = 0; i < work; i += 1)
    await Promise.all(Array.from({ length: 500 }, () => client.execute('query-status')));
}

async function flood(client, work) {
  let seen = 0;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  const stop = client.onEvent(() => {
    seen += 1;
    if (seen === work * 100_000) done();
  });
  for (let i = 0; i < work; i += 1) await client.execute('query-events-flood');
  await all;
  stop();
}

/** On the raw server. `most`: how many times the hand-written minimum it may take; `python`: its name there. */
export const scenarios = {
  'round trip': { work: 4000, unit: 'µs', most: 1.1, python: 'query-status', run: repeat('query-status') },
  '500 commands at once': { work: 20, unit: 'µs', most: 1.5, python: 'at once', run: atOnce },
  '100 KB reply': { work: 100, unit: 'µs', most: 1.1, python: 'query-block', run: repeat('query-block') },
  '5 MB reply': {
    work: 3,
    unit: 'µs',
    most: 1.1,
    python: 'query-named-block-nodes',
    run: repeat('query-named-block-nodes'),
  },
  '100 000 events': { work: 1, unit: 'µs', most: 1.5, python: 'flood', run: flood },
};

/** On a real QEMU, whose own time is in it. */
export const qemuScenarios = {
  'round trip': { ...scenarios['round trip'], work: 1000 },
  '500 commands at once': { ...scenarios['500 commands at once'], work: 2 },
  'query-qmp-schema': {
    work: 8,
    unit: 'µs',
    most: 1.1,
    python: 'query-qmp-schema',
    run: repeat('query-qmp-schema'),
  },
};
