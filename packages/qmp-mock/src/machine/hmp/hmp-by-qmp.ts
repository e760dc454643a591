import { QDict, type QValue } from '../../engine/json/value.ts';
import { readArguments, signature, type HmpArguments, type HmpSignature } from './hmp-arguments.ts';

/** A command of the human monitor that runs one of QMP's. */
export interface HmpByQmp {
  readonly signature: HmpSignature;
  /** The QMP command. */
  readonly command: string;
  /** Its arguments; a text is what is printed instead. */
  readonly args: (given: HmpArguments) => QDict | string;
}

/** `NAME=QMP-COMMAND SIGNATURE`: parameters are passed on under their names, flags are left out. */
const SAME = `
  chardev-remove=chardev-remove id:string
  chardev-send-break=chardev-send-break id:string
  netdev_del=netdev_del id:string
  device_del=device_del id:string
  object_del=object-del id:string
  closefd=closefd fdname:string
  getfd=getfd fdname:string
  set_link=set_link name:string up:switch
  balloon=balloon value:number
  eject=eject -f device:device
  migrate=migrate -d -b -i -r uri:string
  migrate_incoming=migrate-incoming uri:string
  migrate_recover=migrate-recover uri:string
  block_resize=block_resize device:device size:number
  block_stream=block-stream device:device speed:number? base:string?
  block_job_cancel=block-job-cancel -f device:device
  block_job_pause=block-job-pause device:device
  block_job_resume=block-job-resume device:device
  block_job_complete=block-job-complete device:device
  block_job_set_speed=block-job-set-speed device:device speed:number
  block_set_io_throttle=block_set_io_throttle device:device bps:number bps_rd:number bps_wr:number iops:number iops_rd:number iops_wr:number
  drive_mirror=drive-mirror -n -f device:device target:string format:string?
  drive_backup=drive-backup -n -f -c device:device target:string format:string?
  screendump=screendump filename:file
  ringbuf_read=ringbuf-read device:string size:integer
  ringbuf_write=ringbuf-write device:string data:string
  expire_password=expire_password protocol:string time:string
  nbd_server_stop=nbd-server-stop
  announce_self=announce-self interfaces:string? id:string?
  xen-event-list=xen-event-list
`;

const SPECIAL: readonly (readonly [string, string, HmpByQmp['args']])[] = [
  [
    'watchdog_action=watchdog-set-action',
    'action:string',
    oneOf('action', 'reset shutdown poweroff pause debug none inject-nmi'),
  ],
  [
    'migrate_continue=migrate-continue',
    'state:string',
    oneOf(
      'state',
      `none setup cancelling cancelled active postcopy-active postcopy-paused postcopy-recover completed failed colo pre-switchover
      device wait-unplug`,
    ),
  ],
];

/** Passes a word on where it is one of those, and else says what QEMU says of an unknown enumerator. */
function oneOf(name: string, words: string): HmpByQmp['args'] {
  const known = new Set(words.split(/\s+/));
  return (given) => {
    const word = String(given.get(name));
    return known.has(word) ? new QDict([[name, word]]) : `Error: invalid parameter value: ${word}`;
  };
}

function passOn(given: HmpArguments): QDict {
  const args = new QDict();
  for (const [name, value] of given) if (name.length > 1) args.set(name, asValue(value));
  return args;
}

/** Numbers above the signed range are negative ones. */
function asValue(value: string | bigint | boolean): QValue {
  if (typeof value !== 'bigint') return value;
  const signed = BigInt.asIntN(64, value);
  return signed >= -(2n ** 53n) && signed <= 2n ** 53n ? Number(signed) : signed;
}

function entries(): [string, HmpByQmp][] {
  const same = SAME.trim()
    .split('\n')
    .map((line): [string, string, HmpByQmp['args']] => {
      const [names = '', ...rest] = line.trim().split(' ');
      return [names, rest.join(' '), passOn];
    });
  return [...same, ...SPECIAL].map(([names, text, args]) => {
    const [name = '', command = ''] = names.split('=');
    return [name, { signature: signature(text), command, args }];
  });
}

/** Commands of the human monitor that stand for a QMP command, by their first name. */
export const HMP_BY_QMP: ReadonlyMap<string, HmpByQmp> = new Map(entries());

/** Reads a line for such a command. */
export function argumentsFor(names: string, entry: HmpByQmp, line: string): QDict | string {
  return entry.args(readArguments(names, entry.signature, line));
}
