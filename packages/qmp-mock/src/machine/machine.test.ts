import { describe, expect, it } from 'vitest';
import { machineBench } from '../../test/support/machine-bench.ts';
import { loadSchema } from '../version/load-profile.ts';
import { NOT_HANDLED, type ScriptLayer } from './dispatcher.ts';
import { OLDEST, VERSIONS } from '../../test/support/versions.ts';

describe('queries', () => {
  it.for(VERSIONS)('know the version %s', (qemu) => {
    const bench = machineBench({ qemu });
    const { version } = bench.machine.profile;
    expect(bench.send('query-version')).toEqual(version);
    expect(bench.send('human-monitor-command', { 'command-line': 'info version' })).toBe(
      `${version.qemu.major}.${version.qemu.minor}.${version.qemu.micro}${version.package}\r\n`,
    );
    expect(bench.send('query-commands')).toHaveLength(loadSchema(qemu).commands.size);
    expect(bench.send('query-qmp-schema')).toBeDefined();
  });

  it('show what the machine was started with', () => {
    const bench = machineBench({
      name: 'vm',
      uuid: '5f0f6b1c-27d5-4d2e-9a3c-0a1b2c3d4e5f',
      memory: 64,
      cpus: 2,
    });
    expect(bench.send('query-name')).toEqual({ name: 'vm' });
    expect(bench.send('query-uuid')).toEqual({ UUID: '5f0f6b1c-27d5-4d2e-9a3c-0a1b2c3d4e5f' });
    expect(bench.send('query-memory-size-summary')).toEqual({
      'base-memory': 64 * 2 ** 20,
      'plugged-memory': 0,
    });
    expect(bench.send('query-memdev')).toMatchObject([{ id: 'pc.ram', size: 64 * 2 ** 20 }]);
    expect(bench.send('query-cpus-fast')).toMatchObject([
      { 'cpu-index': 0, 'qom-path': '/machine/unattached/device[0]', props: { 'core-id': 0 } },
      { 'cpu-index': 1, 'qom-path': '/machine/unattached/device[2]', props: { 'core-id': 1 } },
    ]);
  });

  it('show little of machine none', () => {
    const bench = machineBench({ type: 'none' });
    expect(bench.send('query-name')).toEqual({});
    expect(bench.send('query-uuid')).toEqual({ UUID: '00000000-0000-0000-0000-000000000000' });
    expect(bench.send('query-cpus-fast')).toEqual([]);
    expect(bench.send('query-memdev')).toEqual([]);
    expect(bench.send('query-hotpluggable-cpus')).toBe(
      'GenericError: machine does not support hot-plugging CPUs',
    );
  });

  it.for(VERSIONS)('of %s that need no arguments are all answered', (qemu) => {
    const bench = machineBench({ qemu, paused: true });
    const schema = loadSchema(qemu);
    const names = [...schema.commands.values()]
      .filter(
        ({ name, argType }) => name.startsWith('query-') && schema.objectType(argType).members.length === 0,
      )
      .map(({ name }) => name);
    expect(names.length).toBeGreaterThan(40);
    const unmodelled = names.filter((name) => String(bench.send(name)).includes('does not model'));
    expect(unmodelled).toEqual([]);
  });
});

describe('the dispatcher', () => {
  const script: ScriptLayer = {
    has: (name) => name === 'x-scripted' || name === 'query-name',
    run: ({ name }) => {
      if (name === 'x-scripted') return { scripted: true };
      return name === 'query-name' ? { name: 'scripted' } : NOT_HANDLED;
    },
  };

  it('asks the script before the machine', () => {
    const bench = machineBench({ script, name: 'machine' });
    expect(bench.send('query-name')).toEqual({ name: 'scripted' });
    expect(bench.send('query-status')).toEqual({ running: true, status: 'running' });
  });

  it('finds a scripted command that QEMU does not have', () => {
    expect(machineBench({ script }).send('x-scripted')).toEqual({ scripted: true });
    expect(machineBench().send('x-scripted')).toBe('CommandNotFound: x-scripted');
  });

  it('holds the arguments of scripted commands against the schema', () => {
    expect(machineBench({ script }).send('query-name', { a: 1 })).toBe(
      "GenericError: Parameter 'a' is unexpected",
    );
    const lenient: ScriptLayer = { ...script, checksArguments: () => false };
    expect(machineBench({ script: lenient }).send('query-name', { a: 1 })).toEqual({ name: 'scripted' });
  });

  it('refuses what it does not model, or lets the script decide', () => {
    const name = 'query-cpu-model-comparison';
    const model = { name: 'qemu64' };
    const args = { modela: model, modelb: model };
    const qemu = OLDEST;
    const exists = loadSchema(qemu).commands.has(name);
    const [command, given] = exists ? [name, args] : ['xen-load-devices-state', { filename: 'f' }];
    expect(machineBench({ qemu }).send(command, given)).toBe(
      `GenericError: qmp-mock does not model the command ${command}; script an answer to it`,
    );
    const forgiving: ScriptLayer = { ...script, notModelled: () => ({}) };
    expect(machineBench({ qemu, script: forgiving }).send(command, given)).toEqual({});
  });

  it('disables what -compat rejects', () => {
    const bench = machineBench({ compat: { unstableInput: 'reject' } });
    expect(bench.send('x-query-roms')).toBe(
      'CommandNotFound: Unstable command x-query-roms disabled by policy',
    );
    const strict = machineBench({ qemu: OLDEST, compat: { deprecatedInput: 'reject' } });
    expect(strict.send('nbd-server-add', { device: 'd' })).toBe(
      'CommandNotFound: Deprecated command nbd-server-add disabled by policy',
    );
  });
});
