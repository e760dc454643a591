import { QmpOptionError } from 'qmp-core/errors';

/**
 * An unknown QEMU version: neither one of the package's own nor a folder that `qmp-mock learn` wrote. The
 * message lists the known versions, and says how to learn another.
 *
 * @example
 * try { new MockQmp({ qemu: './qemu-8.2' }) }
 * catch (error) { if (error instanceof QemuVersionError) console.error(error.message) }
 */
export class QemuVersionError extends QmpOptionError {
  static {
    this.prototype.name = 'QemuVersionError';
  }

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { option: 'qemu', ...options });
  }
}
