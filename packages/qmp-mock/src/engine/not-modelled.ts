import { QmpCommandError } from 'qmp-core/errors';

/**
 * The mock doesn't know QEMU's answer, and says so in its own words. It's a `GenericError`, because other
 * classes tell programs which features a QEMU has.
 */
export class NotModelledError extends QmpCommandError {
  /** The thing that isn't modelled: a noun, such as `the command query-sgx`. */
  readonly what: string;

  constructor(what: string) {
    super('GenericError', `qmp-mock does not model ${what}; script an answer to it`);
    this.what = what;
  }
}

/**
 * Refuses something that isn't modelled. Every such answer comes from here, so that there is one wording, and
 * so that journals and `verify()` can tell it from QEMU's own refusals.
 *
 * @param what - A noun, such as `the command query-sgx`.
 * @throws {@link NotModelledError} always.
 */
export function notModelled(what: string): never {
  throw new NotModelledError(what);
}
