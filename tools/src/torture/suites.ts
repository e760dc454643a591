import { fileURLToPath } from 'node:url';
import { inRepository } from '../lib/repository.ts';
import { VITEST } from '../lib/vitest.ts';
import { findQemus } from '../qemu/find-programs.ts';

export const FAULT = 'one-byte-per-write';

/** A suite that runs with a fault proxy between each client and its monitor, or why it does not. */
export type Suite = RunSuite | { readonly skip: string };

export interface RunSuite {
  /** Below the repository. */
  readonly cwd: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const SETUP = fileURLToPath(new URL('client-through-proxy.js', import.meta.url));
const CONFIG = fileURLToPath(new URL('vitest.config.js', import.meta.url));

type Environment = Readonly<Record<string, string>>;
const AS_FIXTURES: Environment = { QMP_FAULT_PROXY: FAULT };
const AS_CLIENT: Environment = { QMP_CLIENT_FAULT: FAULT, QMP_FAULT_PROXY: '' };

/** An example whose tests use the fixtures. */
const fixtures = (name: string, env: Environment = {}): RunSuite => ({
  cwd: `examples/${name}`,
  command: VITEST,
  args: ['run'],
  env: { ...AS_FIXTURES, ...env },
});

/** An example whose tests make their own clients. */
const clients = (name: string, env: Environment = {}): RunSuite => ({
  cwd: `examples/${name}`,
  command: VITEST,
  args: ['run', '--config', CONFIG, '--root', inRepository(`examples/${name}`)],
  env: { ...AS_CLIENT, ...env },
});

const node = (name: string, ...args: readonly string[]): RunSuite => ({
  cwd: `examples/${name}`,
  command: process.execPath,
  args,
  env: AS_CLIENT,
});

/** Every suite, by name. */
export function tortured(): Readonly<Record<string, Suite>> {
  const noQemu = process.env['QMP_REQUIRE_QEMU'] !== '1' && findQemus().length === 0;
  return {
    'qmp-core': {
      cwd: '.',
      command: VITEST,
      // Hundreds of kilobytes take seconds, one by one.
      args: ['run', '--project', 'qmp-core', '--exclude', '**/test/security/**', '--testTimeout', '30000'],
      env: AS_FIXTURES,
    },
    'qmp-core, test/security': { skip: 'sends megabytes to reach the limits: too many single bytes' },
    'first-test': fixtures('first-test'),
    'first-test, QEMU': noQemu ? { skip: 'no QEMU' } : fixtures('first-test', { QMP_BACKEND: 'qemu' }),
    'mock-only': fixtures('mock-only'),
    faults: clients('faults'),
    'several-machines': fixtures('several-machines'),
    'shared-machine': fixtures('shared-machine'),
    'two-backends': fixtures('two-backends'),
    'recorded-jobs, replay': clients('recorded-jobs', { QMP_BACKEND: 'replay' }),
    'spawns-qemu': clients('spawns-qemu'),
    'vm-manager': clients('vm-manager'),
    backup: fixtures('backup'),
    'vm-manager, replay': clients('vm-manager', { QMP_BACKEND: 'replay' }),
    'node-test': node('node-test', '--import', SETUP, '--test'),
    jest: node(
      'jest',
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--setupFilesAfterEnv',
      SETUP,
    ),
    'plain-script': node('plain-script', '--import', SETUP, 'script.mjs'),
  };
}
