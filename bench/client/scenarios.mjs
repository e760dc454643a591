// What is measured of a client: each scenario gets an open client and does a fixed amount of work.
export const scenarios = {
  'round trip': {
    work: 5000,
    unit: 'µs a command',
    async run(client, work) {
      for (let i = 0; i < work; i += 1) await client.execute('query-status');
    },
  },
  '500 commands at once': {
    work: 20,
    unit: 'µs a batch',
    async run(client, work) {
      for (let i = 0; i < work; i += 1)
        await Promise.all(Array.from({ length: 500 }, () => client.execute('query-status')));
    },
  },
  '100 KB reply': {
    work: 100,
    unit: 'µs a reply',
    async run(client, work) {
      for (let i = 0; i < work; i += 1) await client.execute('query-block');
    },
  },
  '5 MB reply': {
    work: 5,
    unit: 'µs a reply',
    async run(client, work) {
      for (let i = 0; i < work; i += 1) await client.execute('query-named-block-nodes');
    },
  },
  '100 000 events': {
    work: 1,
    unit: 'µs a flood',
    async run(client, work) {
      let seen = 0;
      let done;
      const all = new Promise((resolve) => (done = resolve));
      client.onEvent(() => {
        seen += 1;
        if (seen === work * 100_000) done();
      });
      for (let i = 0; i < work; i += 1) await client.execute('query-events-flood');
      await all;
    },
  },
};
