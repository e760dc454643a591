/** Numbers of the NBD protocol (doc/proto.md of NetworkBlockDevice/nbd), and QEMU's words for them. */

/** First bytes of a server: `NBDMAGIC`. */
export const MAGIC = 0x4e_42_44_4d_41_47_49_43n;
/** `IHAVEOPT`: stands in front of the server's flags, and of each option. */
export const OPTION_MAGIC = 0x49_48_41_56_45_4f_50_54n;
/** Stands in front of each reply to an option. */
export const OPTION_REPLY_MAGIC = 0x00_03_e8_89_04_55_65_a9n;
/** Stands in front of a request. */
export const REQUEST_MAGIC = 0x25_60_95_13;
/** Stands in front of a request with 64-bit lengths. */
export const EXTENDED_REQUEST_MAGIC = 0x21_e4_1c_71;
/** Stands in front of a reply. */
export const SIMPLE_REPLY_MAGIC = 0x67_44_66_98;
/** Stands in front of a part of a reply. */
export const CHUNK_MAGIC = 0x66_8e_33_ef;
/** Stands in front of a part of a reply with 64-bit lengths. */
export const EXTENDED_CHUNK_MAGIC = 0x6e_8a_27_8c;

/** Flags of both sides of the handshake. */
export const HANDSHAKE = { fixedNewstyle: 1, noZeroes: 2 };

/** Longest option and longest data of a request, in bytes (`NBD_MAX_BUFFER_SIZE`). */
export const MAX_BUFFER = 33_554_432;
/** Longest name, description or query, in bytes. */
export const MAX_STRING = 4096;

/** Options of a client. */
export const OPTION = {
  exportName: 1,
  abort: 2,
  list: 3,
  startTls: 5,
  info: 6,
  go: 7,
  structuredReply: 8,
  listMetaContext: 9,
  setMetaContext: 10,
  extendedHeaders: 11,
};

/** QEMU's names of options (`nbd_opt_lookup`). */
const OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [OPTION.exportName, 'export name'],
  [OPTION.abort, 'abort'],
  [OPTION.list, 'list'],
  [OPTION.startTls, 'starttls'],
  [OPTION.info, 'info'],
  [OPTION.go, 'go'],
  [OPTION.structuredReply, 'structured reply'],
  [OPTION.listMetaContext, 'list meta context'],
  [OPTION.setMetaContext, 'set meta context'],
]);

/**
 * Gives QEMU's name of an option.
 *
 * @param extended - Whether the version knows of extended headers.
 */
export function optionName(option: number, extended: boolean): string {
  if (option === OPTION.extendedHeaders && extended) return 'extended headers';
  return OPTION_NAMES.get(option) ?? '<unknown>';
}

/** Replies to options. */
export const REPLY = {
  ack: 1,
  server: 2,
  info: 3,
  metaContext: 4,
  unsupported: 0x80_00_00_01,
  policy: 0x80_00_00_02,
  invalid: 0x80_00_00_03,
  unknown: 0x80_00_00_06,
  blockSizeRequired: 0x80_00_00_08,
  extendedHeadersRequired: 0x80_00_00_0a,
};

/** Kinds of information about an export. */
export const INFO = { export: 0, name: 1, description: 2, blockSize: 3 };

/** Flags of an export. */
export const EXPORT_FLAG = {
  hasFlags: 0x1,
  readOnly: 0x2,
  flush: 0x4,
  fua: 0x8,
  trim: 0x20,
  writeZeroes: 0x40,
  dontFragment: 0x80,
  multiConnection: 0x100,
  cache: 0x400,
  fastZero: 0x800,
  blockStatusPayload: 0x1000,
};

/** Commands of a client. */
export const COMMAND = {
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  trim: 4,
  cache: 5,
  writeZeroes: 6,
  blockStatus: 7,
};

/** QEMU's names of commands (`nbd_cmd_lookup`), by number. */
const COMMAND_NAMES = [
  'read',
  'write',
  'disconnect',
  'flush',
  'trim',
  'cache',
  'write zeroes',
  'block status',
];

/** Gives QEMU's name of a command. */
export function commandName(command: number): string {
  return COMMAND_NAMES[command] ?? '<unknown>';
}

/** Flags of a command. */
export const COMMAND_FLAG = {
  fua: 0x1,
  noHole: 0x2,
  dontFragment: 0x4,
  requestOne: 0x8,
  fastZero: 0x10,
  payload: 0x20,
};

/** Types of a part of a reply, and the flag of the last one. */
export const CHUNK = {
  none: 0,
  offsetData: 1,
  offsetHole: 2,
  blockStatus: 5,
  extendedBlockStatus: 6,
  error: 0x80_01,
};

/** Flag of the last part of a reply. */
export const CHUNK_DONE = 1;

/** State of a part of a disk in the context `base:allocation`. */
export const STATE = { hole: 1, zero: 2 };

/** Ids of contexts; those of bitmaps follow. */
export const CONTEXT_ID = { allocation: 0, depth: 1, firstBitmap: 2 };

const EINVAL = 22;
/** Errors that the protocol has, by the error number on Linux; all others are `EINVAL`. */
const ERRORS: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [30, 1],
  [5, 5],
  [12, 12],
  [122, 28],
  [27, 28],
  [28, 28],
  [75, 75],
  [95, 95],
  [108, 108],
]);

/** Gives the protocol's error for an error number on Linux (`system_errno_to_nbd_errno`). */
export function protocolError(errno: number): number {
  return ERRORS.get(errno) ?? EINVAL;
}
