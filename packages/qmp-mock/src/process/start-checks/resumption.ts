import { whyNotBound } from './bind.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** `-incoming`: where the migration is to come. */
export function checkIncoming(context: StartContext): void {
  const uri = context.last('incoming')?.argument;
  if (uri === undefined || uri === 'defer' || context.preconfig || uri.startsWith('{')) return;
  const location = `-incoming ${uri}`;
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/.exec(uri) ?? [];
  switch (scheme) {
    case 'unix': {
      const why = whyNotBound(context.file, rest);
      if (why !== undefined) refuse(why, { location });
      return;
    }
    case 'tcp':
      if (rest === '') refuse("error parsing address ''", { location });
      return;
    case 'fd':
      if (!/^\d+$/.test(rest)) refuse(`Invalid file descriptor number '${rest}'`, { location });
      if (context.file.whyNotReadable(`/dev/fd/${rest}`) !== undefined) notModelled(`-incoming ${uri}`);
      return;
    case 'exec':
      return;
    case 'file':
    case 'rdma':
    case 'vsock':
      notModelled(`-incoming ${uri}`);
  }
}

/** `-gdb`: a debugger needs a processor (`gdbserver_start` in `gdbstub/system.c`). */
export function checkDebugger(context: StartContext): void {
  for (const option of context.of('gdb', 's')) {
    const device = option.name === 's' ? 'tcp::1234' : option.argument;
    if (context.machine.kind === 'none') {
      refuse('gdbstub: meaningless to attach gdb to a machine without any CPU.', option);
    }
    const [, path] = /^unix:([^,]+)/.exec(device) ?? [];
    const why = path === undefined ? undefined : whyNotBound(context.file, path);
    if (why !== undefined) refuse(why, option);
    if (!/^(none|null|stdio|pty|chardev:.*|(tcp|unix|udp|telnet|pipe|file|mon|vc).*)$/.test(device)) {
      refuse(`'${device}' is not a valid char driver`, option);
    }
  }
}
