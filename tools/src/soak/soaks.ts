/** Actions that are done thousands of times. */
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { launchQemu } from 'qmp-vitest/qemu';

/** Something that can be done again and again, and leaves nothing behind. */
export interface Soak {
  readonly what: string;
  readonly count: number;
  readonly prepare: () => Promise<Prepared>;
}

export interface Prepared {
  readonly once: (number: number) => Promise<void>;
  readonly end?: () => Promise<void>;
}

export const soaks: Readonly<Record<string, Soak>> = {
  connect: {
    what: 'clients that connect to a mock and close',
    count: 10_000,
    async prepare() {
      const mock = new MockQmp({ journalLimit: 100 });
      const unix = await mock.listen();
      const tcp = await mock.listen({ port: 0 });
      return {
        async once(number) {
          const client = await QmpClient.connect(number % 2 === 0 ? unix : tcp);
          await client.execute('query-status');
          await client.close();
        },
        end: () => mock.close(),
      };
    },
  },
  mock: {
    what: 'mocks that start, serve a client and stop',
    count: 10_000,
    prepare: () => Promise.resolve({ once: startAndStop }),
  },
  qemu: {
    what: 'QEMUs that are launched and disposed of',
    count: 500,
    prepare: () =>
      Promise.resolve({
        async once() {
          const vm = await launchQemu({ args: ['-machine', 'none'], launchTimeout: 60_000 });
          await vm.client.execute('query-status');
          await vm.dispose();
        },
      }),
  },
};

async function startAndStop(number: number): Promise<void> {
  const mock = new MockQmp();
  // In memory, by UNIX socket and by TCP.
  const where = number % 3 === 0 ? undefined : await mock.listen(number % 3 === 1 ? undefined : { port: 0 });
  const client = await (where === undefined ? QmpClient.over(mock.connect()) : QmpClient.connect(where));
  await client.execute('query-status');
  // Both orders of ending.
  if (number % 2 === 0) await client.close();
  await mock.close();
  await client.close();
}
