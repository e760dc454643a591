import * as fc from 'fast-check';
import { CommandLineReader, machineData, readOptions, StartError } from '../../internals/command-line.ts';
import { loadProfile } from '../../internals/engine.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { damaged, textLike } from '../../random/damaged.ts';
import { attempt, hold, target, type AnyTarget } from '../target.ts';

const ARGUMENTS = [
  'socket,id=qmp,path=/tmp/x,server=on,wait=off',
  'socket,id=c,host=127.0.0.1,port=0,server,nowait,telnet=on',
  'socket,id=f,fd=3',
  'chardev=qmp,mode=control,pretty=on',
  'unix:/tmp/x,server,nowait',
  'tcp:[::1]:4444,server=on,wait=off',
  'monitor-qmp,id=m,chardev=qmp,pretty=on,close-action=delete',
  '{"qom-type": "monitor-qmp", "id": "m", "chardev": "c", "pretty": true}',
  '{"qom-type": "memory-backend-ram", "id": "m", "size": 1048576, "x": {"toString": 1}}',
  'memory-backend-ram,id=r,size=16M,host-nodes=0',
  'guest=a,,b,debug-threads=on',
  'reboot=shutdown,panic=pause',
  'deprecated-input=reject,unstable-output=hide',
  '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  'q35,accel=tcg',
  '128M,slots=2,maxmem=1G',
  '2,sockets=1,cores=2',
  'stdio',
  'none',
  'mon:stdio',
  'tcp:127.0.0.1:4444',
  'defer',
];

/** Options that the reader looks into; the others are only recognised. */
const OPTIONS =
  `chardev mon qmp qmp-pretty monitor serial parallel debugcon object incoming name uuid machine M m smp
  action watchdog-action compat pidfile D device drive S daemonize preconfig no-reboot no-shutdown global`.split(
    /\s+/,
  );

const option = fc
  .tuple(
    fc.oneof(
      { weight: 19, arbitrary: fc.constantFrom(...OPTIONS).map((name) => `-${name}`) },
      { weight: 1, arbitrary: damaged(fc.constant('-chardev')) },
    ),
    fc.boolean(),
    fc.option(textLike(ARGUMENTS), { freq: 10 }),
  )
  .map(([name, twoDashes, argument]) => {
    const shown = twoDashes ? `-${name}` : name;
    return argument === null ? [shown] : [shown, argument];
  });

export function commandLine(): AnyTarget {
  return target({
    what: "fake-qemu's command line, in this process",
    input: fc.record({
      version: fc.constantFrom(...recordedVersions()),
      options: fc.array(option, { minLength: 1, maxLength: 6 }),
    }),
    show: ({ version, options }) => `${version} ${JSON.stringify(options.flat())}`,
    check({ version, options }) {
      const profile = loadProfile(version);
      const reader = new CommandLineReader(profile, 'qemu', {
        read: () => '',
        whyNotReadable: () => undefined,
      });
      for (const given of readOptions(options.flat(), machineData(profile).options).options) {
        try {
          reader.take(given);
        } catch (error) {
          if (!(error instanceof StartError)) throw error;
          hold(error.format('qemu').startsWith('qemu: '), 'a refusal that does not name the program');
        }
      }
      for (const { value } of reader.finish().chardevs) attempt(() => value.spec(() => false), StartError);
    },
  });
}
