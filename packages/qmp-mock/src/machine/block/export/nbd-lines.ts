import { QDict } from '../../../engine/json/value.ts';
import { complaintsOf, notModelledLine, sameAs, taking, type HmpTable } from '../../hmp/command.ts';

/**
 * Lines of the human monitor about NBD (`block/monitor/block-hmp-cmds.c`).
 *
 * @param isRunning - Whether there is a server.
 */
export function nbdLines(isRunning: () => boolean): HmpTable {
  return new Map([
    [
      'nbd_server_start',
      taking('-a -w uri:string', (given, context) => {
        if (given.get('w') === true && given.get('a') !== true) {
          return ['Error: -w only valid together with -a'];
        }
        const uri = String(given.get('uri'));
        if (!isAddress(uri)) return [`Error: error parsing address '${uri}'`];
        if (isRunning()) return ['Error: NBD server already running'];
        return notModelledLine(context);
      }),
    ],
    [
      'nbd_server_add',
      taking('-w device:device name:string?', (given, context) => {
        const args = new QDict([['device', String(given.get('device'))]]);
        if (given.has('name')) args.set('name', String(given.get('name')));
        if (given.get('w') === true) args.set('writable', true);
        return complaintsOf(() => context.qmp('nbd-server-add', args));
      }),
    ],
    [
      'nbd_server_remove',
      taking('-f name:string', (given, context) => {
        const args = new QDict([['name', String(given.get('name'))]]);
        if (given.get('f') === true) args.set('mode', 'hard');
        return complaintsOf(() => context.qmp('nbd-server-remove', args));
      }),
    ],
    ['nbd_server_stop', sameAs('nbd-server-stop')],
  ]);
}

/** Whether QEMU can make an address of a text (`socket_parse` in util/qemu-sockets.c). */
function isAddress(uri: string): boolean {
  return /^(unix|fd|vsock|tcp):./.test(uri) || /^[^:]*:[^:]+/.test(uri) || uri.startsWith('[');
}
