/** A cassette's file cannot be read: `message` names file and line, and says what is wrong there. */
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

/** There is no cassette where there should be one. */
export class CassetteMissingError extends Error {
  static {
    this.prototype.name = 'CassetteMissingError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_CASSETTE_MISSING';
}

/**
 * What was said is not what the cassette has: `message` lists each difference with the line of the cassette.
 */
export class CassetteDriftError extends Error {
  static {
    this.prototype.name = 'CassetteDriftError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_CASSETTE_DRIFT';
}

/**
 * Another QEMU says it differently: `message` names each command and event that the cassette uses and that
 * has changed.
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
 * Says how a cassette is recorded again.
 *
 * @param command - The command that does it. Default: that of `qmp-mock record`.
 * @param where - On which QEMU, where that matters.
 */
export function recordAgainText(command: string | undefined, where: string = ''): string {
  const how = command ?? 'qmp-mock record --target ADDRESS --listen ADDRESS --out FILE';
  return `To accept that, record it again${where === '' ? '' : ` ${where}`}: ${how}`;
}
