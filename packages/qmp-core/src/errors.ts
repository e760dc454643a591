/**
 * The whole error tree of the client, on one screen.
 *
 * ```text
 * QmpError                 code            when
 * ├─ QmpConnectError       QMP_CONNECT     no usable session came about; `phase` says how far it got
 * ├─ QmpCapabilitiesError  QMP_CAPABILITIES  the monitor refused `qmp_capabilities`
 * ├─ QmpTimeoutError       QMP_TIMEOUT     a deadline ran out
 * ├─ QmpCommandError       QMP_COMMAND     the monitor answered a command with an error
 * ├─ QmpDisconnectedError  QMP_DISCONNECTED  the connection ended before the answer came
 * ├─ QmpProtocolError      QMP_PROTOCOL    the peer sent something that is not QMP
 * │  └─ QmpLimitError      QMP_PROTOCOL    … or more of it than a limit allows
 * └─ QmpStateError         QMP_STATE       the call does not fit the state (closed, oob not negotiated, …)
 *    └─ QmpOptionError     QMP_STATE       an option is unknown, or has a value that makes no sense
 * ```
 *
 * A call that was given an `AbortSignal` rejects with the signal's own `reason` when that aborts.
 */
import { visible } from './redact/visible.ts';

/**
 * Stable machine-readable codes, one for each error class; the last is for `MockVerificationError` of
 * `qmp-mock`.
 */
export type QmpErrorCode =
  | 'QMP_CONNECT'
  | 'QMP_CAPABILITIES'
  | 'QMP_TIMEOUT'
  | 'QMP_COMMAND'
  | 'QMP_DISCONNECTED'
  | 'QMP_PROTOCOL'
  | 'QMP_STATE'
  | 'QMP_MOCK_VERIFICATION';

/**
 * Base class of every error that this package throws, and of the mock's own.
 *
 * @example
 * try { await client.execute('eject', { device: 'cd0' }) }
 * catch (error) { if (error instanceof QmpError) console.error(error.code, error.message) }
 */
export abstract class QmpError extends Error {
  /** Stable code for this class of error; match on this rather than on `message`. */
  abstract readonly code: QmpErrorCode;

  /**
   * @param message - Text that says what happened. It may quote the peer: control characters become escapes.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(visible(message), options);
  }
}

/** How far a connection attempt got: reaching the peer, its greeting, or capabilities negotiation. */
export type QmpConnectPhase = 'dial' | 'greeting' | 'negotiation';

/**
 * An attempt to connect failed. `phase` says how far it got. `cause` says why it failed: a system error, a
 * {@link QmpTimeoutError}, or a {@link QmpProtocolError} if the peer sent bytes that aren't QMP.
 *
 * @example
 * try { await QmpClient.connect('/run/vm.sock') }
 * catch (error) {
 *   if (error instanceof QmpConnectError && error.phase === 'dial') console.error('Is QEMU running?')
 * }
 */
export class QmpConnectError extends QmpError {
  static {
    this.prototype.name = 'QmpConnectError';
  }
  readonly code = 'QMP_CONNECT';
  /** How far the attempt got. */
  readonly phase: QmpConnectPhase;

  constructor(message: string, options: { phase: QmpConnectPhase; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.phase = options.phase;
  }
}

/**
 * The monitor answered `qmp_capabilities` with an error; `cause` is that error as a {@link QmpCommandError}.
 *
 * @example
 * try { await QmpClient.connect('/run/vm.sock') }
 * catch (error) { if (error instanceof QmpCapabilitiesError) console.error(error.cause) }
 */
export class QmpCapabilitiesError extends QmpError {
  static {
    this.prototype.name = 'QmpCapabilitiesError';
  }
  readonly code = 'QMP_CAPABILITIES';
}

/**
 * A deadline ran out. The connection stays usable; an answer that comes late is dropped.
 *
 * @example
 * try { await client.waitForEvent('RESET', { timeout: 5000 }) }
 * catch (error) { if (error instanceof QmpTimeoutError) console.error(`nothing in ${error.timeout} ms`) }
 */
export class QmpTimeoutError extends QmpError {
  static {
    this.prototype.name = 'QmpTimeoutError';
  }
  readonly code = 'QMP_TIMEOUT';
  /** The deadline that ran out, in ms. */
  readonly timeout: number;

  constructor(message: string, options: { timeout: number; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.timeout = options.timeout;
  }
}

/**
 * The error classes that QEMU's `qapi/error.json` defines. Others pass through as plain strings.
 */
export type QmpErrorClass =
  | 'GenericError'
  | 'CommandNotFound'
  | 'DeviceNotActive'
  | 'DeviceNotFound'
  | 'KVMMissingCap'
  | (string & {});

/** Details of a {@link QmpCommandError} beside its class and description. */
export interface QmpCommandErrorDetails {
  /** Name of the command that was refused. */
  command?: string | undefined;
  /** Arguments as they were sent. */
  arguments?: unknown;
  /** The whole reply as it came. */
  reply?: unknown;
}

/**
 * The monitor answered a command with an error. Thrown by a mock handler, it becomes that answer.
 *
 * @example
 * mock.handle('eject', () => { throw new QmpCommandError('DeviceNotFound', "Device 'cd0' not found") })
 */
export class QmpCommandError extends QmpError {
  static {
    this.prototype.name = 'QmpCommandError';
  }
  readonly code = 'QMP_COMMAND';
  /** QEMU's error class, for example `GenericError`. */
  readonly class: QmpErrorClass;
  /** QEMU's own words, as they came. They are for people: match on `class`. */
  readonly desc: string;
  /** Name of the command that was refused, if known. */
  readonly command: string | undefined;
  /** Arguments as they were sent. */
  readonly arguments: unknown;
  /** The whole reply as it came. */
  readonly reply: unknown;

  constructor(errorClass: QmpErrorClass, desc: string, details: QmpCommandErrorDetails = {}) {
    super(
      details.command === undefined
        ? `${errorClass}: ${desc}`
        : `${details.command}: ${desc} (${errorClass})`,
    );
    this.class = errorClass;
    this.desc = desc;
    this.command = details.command;
    this.arguments = details.arguments;
    this.reply = details.reply;
  }
}

/**
 * The connection ended before the answer came: the peer or `close()` ended it, or the transport failed
 * (`cause`). The message names the pending command and the place of its call: an `await` may be missing
 * there.
 *
 * @example
 * try { await client.execute('quit') }
 * catch (error) { if (!(error instanceof QmpDisconnectedError)) throw error }
 */
export class QmpDisconnectedError extends QmpError {
  static {
    this.prototype.name = 'QmpDisconnectedError';
  }
  readonly code = 'QMP_DISCONNECTED';
}

/**
 * The peer sent something that is not QMP. `raw` holds (the head of) what came.
 *
 * @example
 * try { await client.execute('query-status') }
 * catch (error) { if (error instanceof QmpProtocolError) console.error('not QMP:', error.raw) }
 */
export class QmpProtocolError extends QmpError {
  static {
    this.prototype.name = 'QmpProtocolError';
  }
  readonly code = 'QMP_PROTOCOL';
  /** The bytes that came, cut to a readable length; empty if there is nothing to show. */
  readonly raw: string;

  constructor(message: string, options: { raw?: string | undefined; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.raw = options.raw ?? '';
  }
}

/**
 * The peer sent a message that exceeds a limit of the client's options.
 *
 * @example
 * try { await client.execute('query-qmp-schema') }
 * catch (error) {
 *   if (error instanceof QmpLimitError) console.error(`raise ${error.limit} above ${error.value}`)
 * }
 */
export class QmpLimitError extends QmpProtocolError {
  static {
    this.prototype.name = 'QmpLimitError';
  }
  /** The option that sets the limit. */
  readonly limit: 'maxMessageSize' | 'maxDepth';
  /** The limit that was in force: bytes, or levels of nesting. */
  readonly value: number;

  constructor(
    message: string,
    options: {
      limit: 'maxMessageSize' | 'maxDepth';
      value: number;
      raw?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.limit = options.limit;
    this.value = options.value;
  }
}

/**
 * The call does not fit the state of the object.
 *
 * @example
 * try { await client.execute('query-status', {}, { oob: true }) }
 * catch (error) { if (error instanceof QmpStateError) console.error('not negotiated:', error.message) }
 */
export class QmpStateError extends QmpError {
  static {
    this.prototype.name = 'QmpStateError';
  }
  readonly code = 'QMP_STATE';
}

/**
 * An option or another given value is invalid. All packages of this project say so in one form: ``Expected
 * `timeout` to be a number of ms from 0, or null for none, got -1``.
 *
 * @example
 * try { await QmpClient.connect(address, { timeout: -1 }) }
 * catch (error) { if (error instanceof QmpOptionError) console.error(error.option) } // 'timeout'
 */
export class QmpOptionError extends QmpStateError {
  static {
    this.prototype.name = 'QmpOptionError';
  }
  /** Name of the option. */
  readonly option: string;

  constructor(message: string, options: { option: string; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.option = options.option;
  }
}
