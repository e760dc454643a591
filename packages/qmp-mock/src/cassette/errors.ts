/**
 * A cassette's file can't be read. `message` names file and line, and says what is wrong there.
 *
 * @example
 * try { readCassette('boot.jsonl') }
 * catch (error) { if (error instanceof CassetteFormatError) console.error(`line ${error.line}`) }
 */
export class CassetteFormatError extends Error {
  static {
    this.prototype.name = 'CassetteFormatError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_CASSETTE_FORMAT';
  /** Number of the line, from 1. */
  readonly line: number;

  constructor(message: string, options: { line: number; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.line = options.line;
  }
}

/**
 * A cassette doesn't exist.
 *
 * @example
 * try { readCassette('boot.jsonl') }
 * catch (error) { if (error instanceof CassetteMissingError) console.error('record it first') }
 */
export class CassetteMissingError extends Error {
  static {
    this.prototype.name = 'CassetteMissingError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_CASSETTE_MISSING';
}

/**
 * The conversation differs from the cassette. `message` lists each difference with the line of the cassette.
 *
 * @example
 * try { player.verify() }
 * catch (error) { if (error instanceof CassetteDriftError) console.error(error.message) }
 */
export class CassetteDriftError extends Error {
  static {
    this.prototype.name = 'CassetteDriftError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_CASSETTE_DRIFT';
}

/**
 * The cassette doesn't fit another QEMU. `message` names each command and event that the cassette uses and
 * that has changed.
 *
 * @example
 * try { assertFresh(cassette, '11.1') }
 * catch (error) { if (error instanceof CassetteStaleError) console.error(error.changed) }
 */
export class CassetteStaleError extends Error {
  static {
    this.prototype.name = 'CassetteStaleError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_CASSETTE_STALE';
  /** Names of the commands and events that have changed. */
  readonly changed: readonly string[];

  constructor(message: string, changed: readonly string[]) {
    super(message);
    this.changed = changed;
  }
}

/**
 * Says how to record a cassette again.
 *
 * @param command - The shell command that does it. Default: a `qmp-mock record` command.
 * @param where - The QEMU to record on, if that matters.
 */
export function recordAgainText(command: string | undefined, where: string = ''): string {
  const how = command ?? 'qmp-mock record --target ADDRESS --listen ADDRESS --out FILE';
  return `To accept that, record it again${where === '' ? '' : ` ${where}`}: ${how}`;
}
