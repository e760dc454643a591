import { once } from 'node:events';
import { createServer } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { MachineRules } from '../../machine/machine-rules.ts';
import { writeIdleGuest } from '../qemu/idle-guest.ts';
import type { Answer, Monitor } from '../qemu/monitor.ts';
import { humanLines, IDLE_PC, refusalIn, type ProbeContext, type Probes } from './probe.ts';

type MigrationRule =
  | 'cannotPauseMigration'
  | 'migrationParameter'
  | 'migrateWhere'
  | 'migrateProtocol'
  | 'migrationAddress'
  | 'migrationCapabilities'
  | 'migrationCourse'
  | 'migrationFailure'
  | 'incomingSetupEvent'
  | 'incomingChannels'
  | 'incomingStatus'
  | 'migrationGlobals';

/** A destination of a kind that there is not. */
const NOWHERE = 'zz:nowhere';
/** A destination of a good kind that fails when it is opened. */
const NOT_THERE = 'fd:zz-none';
/** More than any version takes for it, in ms. */
const TOO_LONG = 1_000_000_000;

/** Rules of migration. */
export const MIGRATION_PROBES: Probes<MigrationRule> = {
  async cannotPauseMigration({ ask }) {
    return refusalIn(await ask.none({ execute: 'migrate-pause' }));
  },

  async migrationParameter({ ask }) {
    const request = { execute: 'migrate-set-parameters', arguments: { 'downtime-limit': TOO_LONG } };
    return refusalIn(await ask.none(request)).startsWith('Option ') ? 'option' : 'parameter';
  },

  async migrateWhere({ ask }) {
    return refusalIn(await ask.none({ execute: 'migrate' }));
  },

  async migrateProtocol(context) {
    return refusalIn(await migrate(context, NOWHERE), NOWHERE);
  },

  async migrationCapabilities({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    const all = await monitor.value<{ capability: string; state: boolean }[]>({
      execute: 'query-migrate-capabilities',
    });
    const off = all.filter(({ state }) => !state).map(({ capability }) => capability);
    /** Reason why these can't be on together; whatever was off is off again afterwards. */
    const refusal = async (...on: readonly string[]): Promise<string | undefined> => {
      const set = (state: boolean): Promise<Answer> => {
        const capabilities = on.map((capability) => ({ capability, state }));
        return monitor.ask({ execute: 'migrate-set-capabilities', arguments: { capabilities } });
      };
      const { message } = await set(true);
      if (message.error === undefined) await set(false);
      return message.error?.desc;
    };
    const needs: Record<string, { other?: string; text: string }> = {};
    for (const capability of off) {
      const text = await refusal(capability);
      if (text !== undefined) needs[capability] = { text };
    }
    for (const [capability, need] of Object.entries(needs)) {
      for (const other of off) {
        if (other in needs || (await refusal(capability, other)) !== undefined) continue;
        need.other = other;
        break;
      }
    }
    const free = off.filter((capability) => !(capability in needs));
    const conflicts: { pair: [string, string]; text: string }[] = [];
    for (const [index, one] of free.entries()) {
      for (const other of free.slice(index + 1)) {
        const text = await refusal(one, other);
        if (text !== undefined) conflicts.push({ pair: [one, other], text });
      }
    }
    for (const [capability, { other }] of Object.entries(needs)) {
      for (const third of free) {
        if (other === undefined || third === other || (await refusal(other, third)) !== undefined) continue;
        const text = await refusal(capability, other, third);
        if (text !== undefined) conflicts.push({ pair: [capability, third], text });
      }
    }
    return { needs, conflicts };
  },

  async migrationAddress(context) {
    const port = /^error parsing (.*) ':'$/.exec(refusalIn(await migrate(context, 'tcp::')))?.[1];
    if (port === undefined) throw new Error('"tcp::" is not refused as an address');
    const emptyFd = refusalIn(await migrate(context, 'fd:'));
    const file = refusalIn(await migrate(context, 'file:/zz-none/zz-none'));
    await using monitor = await context.qemu.start(IDLE_PC);
    await monitor.ask({ execute: 'migrate', arguments: { uri: NOWHERE } });
    const { status } = await monitor.value<{ status?: string }>({ execute: 'query-migrate' });
    return {
      first: status === undefined,
      port,
      ...(!emptyFd.includes("named ''") && { emptyFd }),
      files: file.includes("'/zz-none/zz-none'"),
    };
  },

  migrationCourse: course,

  async migrationFailure({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    const states = await migrationEvents(monitor);
    await monitor.ask({ execute: 'migrate', arguments: { uri: NOT_THERE } });
    return states.filter((state) => state !== 'setup').map(String);
  },

  async incomingSetupEvent({ qemu, scratch }) {
    await using monitor = await qemu.start([...IDLE_PC, '-incoming', 'defer']);
    let seen = false;
    monitor.onEvent((text) => (seen ||= text.includes('"MIGRATION"')));
    const uri = `unix:${scratch.file('in')}`;
    await monitor.value({ execute: 'migrate-incoming', arguments: { uri } });
    return seen;
  },

  async incomingChannels({ qemu }) {
    const output = await qemu.output(['-machine', 'none', '-display', 'none', '-incoming', 'zz']);
    return !output.includes('unknown migration protocol');
  },

  async incomingStatus({ qemu, scratch }) {
    await using monitor = await qemu.start([...IDLE_PC, '-incoming', `unix:${scratch.file('in2')}`]);
    return 'status' in (await monitor.value<object>({ execute: 'query-migrate' }));
  },

  migrationGlobals: ({ ask }) => humanLines(ask.none, 'info migrate'),
};

const migrate = ({ ask }: ProbeContext, uri: string): Promise<Answer> =>
  ask.pc({ execute: 'migrate', arguments: { uri } });

type Step = MachineRules['migrationCourse'][number];

/** Migrates a guest that does nothing to a socket that takes all, and looks what QEMU says of it. */
async function course({ qemu, scratch }: ProbeContext): Promise<Step[]> {
  const bios = scratch.file('idle-guest.bin');
  writeIdleGuest(bios);
  const path = scratch.file('out');
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  server.listen(path);
  await once(server, 'listening');
  try {
    await using monitor = await qemu.start([
      ...['-machine', 'pc,accel=tcg', '-m', '8', '-nodefaults', '-bios', bios],
    ]);
    const steps = await migrationEvents(monitor);
    await monitor.value({ execute: 'migrate', arguments: { uri: `unix:${path}` } });
    // The one wait that no silence ends: an event may come at any time.
    const late = setTimeout(() => void monitor.stop(), qemu.deadline);
    try {
      while (!steps.includes('completed') && !steps.includes('failed')) await monitor.anyEvent();
    } finally {
      clearTimeout(late);
    }
    if (!steps.includes('completed')) throw new Error(`a migration went ${steps.join(', ')}`);
    return steps.filter((step) => step !== 'setup') as Step[];
  } finally {
    server.close();
  }
}

/** The events of a migration from now on: states, numbers of passes, and where the guest stops. */
async function migrationEvents(monitor: Monitor): Promise<(string | number)[]> {
  await monitor.value({
    execute: 'migrate-set-capabilities',
    arguments: { capabilities: [{ capability: 'events', state: true }] },
  });
  const seen: (string | number)[] = [];
  monitor.onEvent((text) => {
    const { event, data }: { event: string; data?: { status?: string; pass?: number } } = JSON.parse(text);
    if (event === 'STOP') seen.push('stop');
    else if (event === 'MIGRATION' && data?.status !== undefined) seen.push(data.status);
    else if (event === 'MIGRATION_PASS' && data?.pass !== undefined) seen.push(data.pass);
  });
  return seen;
}
