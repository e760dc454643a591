import { loadSchema } from '../../src/version/load-profile.ts';
import type { Outcome } from './dialogues.ts';

/** Outcomes of both dialogues with a version. What differs between versions is in their data. */
export function expectedOutcomes(version: string): Record<'node-qemu' | 'qemu-qmp', Outcome> {
  const schema = loadSchema(version);
  const [major, minor] = version.split('.').map(Number);
  const { retType } = schema.commands.get('query-status')!;
  const hasSingleStep = schema.objectType(retType).members.some(({ name }) => name === 'singlestep');
  const status = (state: string, running: boolean): string =>
    `query-status gives ${JSON.stringify({ status: state, ...(hasSingleStep && { singlestep: false }), running })}`;
  const entries = (JSON.parse(schema.queryQmpSchemaText()) as unknown[]).length;
  return {
    'node-qemu': [
      'connect gives undefined',
      status('prelaunch', false),
      `query-version gives {"qemu":{"micro":"…","minor":${minor},"major":${major}},"package":"…"}`,
      'cont gives {}',
      status('running', true),
      'stop gives {}',
      'nosuch fails: QMP command error [CommandNotFound]: The command nosuch has not been found',
      "eject without a device fails: QMP command error [GenericError]: Need exactly one of 'device' and 'id'",
      "set-action fails: QMP command error [GenericError]: Parameter 'reboot' does not accept value 'zzz'",
      'human-monitor-command gives "VM status: paused\\r\\n"',
      `query-commands gives "${schema.commands.size} items"`,
      `query-qmp-schema gives "${entries} items"`,
      "out of band fails: QMP command error [GenericError]: QMP input member 'control' is unexpected",
      'events RESUME STOP',
    ],
    'qemu-qmp': [
      'connect gives undefined',
      'query-name gives {}',
      status('prelaunch', false),
      'cont gives {}',
      'stop gives {}',
      'system_powerdown gives {}',
      'nosuch fails: The command nosuch has not been found',
      "set_link fails: Invalid parameter type for 'up', expected: boolean",
      "device_del fails: Device 'nope' not found",
      'two at once gives 2',
      'quit gives {}',
      'events  RESUME STOP POWERDOWN SHUTDOWN',
    ],
  };
}
