import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QmpCommandError, type QmpClient } from 'qmp-core';
import { ppmToPng } from './ppm.ts';
import { satisfies, type QemuVersion } from './version.ts';

/** Options of {@link QemuProcess.screenshot}. */
export interface ScreenshotOptions {
  /** Id of the display device. Default: the first. */
  device?: string | undefined;
  /** Number of the head of that device. Default: 0. */
  head?: number | undefined;
  /** Deadline in ms. Default: the client's `timeout`. */
  timeout?: number | null | undefined;
  /** Gives up: the call rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

let count = 0;

/**
 * Takes a picture of a display, as PNG. QEMU writes PNG itself since 7.1 if it was built with libpng
 * (`ui.json`, `screendump`). Otherwise it writes PPM, which is turned into PNG here.
 *
 * @param directory - Directory that QEMU may write to.
 */
export async function takeScreenshot(
  client: QmpClient,
  version: QemuVersion,
  directory: string,
  { device, head, timeout, signal }: ScreenshotOptions,
): Promise<Buffer> {
  const filename = join(directory, `screen-${++count}`);
  const where = {
    filename,
    ...(device === undefined ? {} : { device }),
    ...(head === undefined ? {} : { head }),
  };
  const limits = { ...(timeout === undefined ? {} : { timeout }), signal };
  try {
    if (satisfies(version, '>=7.1')) {
      try {
        await client.untyped.execute('screendump', { ...where, format: 'png' }, limits);
        return await readFile(filename);
      } catch (error) {
        if (!(error instanceof QmpCommandError && /png/i.test(error.desc))) throw error;
      }
    }
    await client.untyped.execute('screendump', where, limits);
    return ppmToPng(await readFile(filename));
  } finally {
    await rm(filename, { force: true });
  }
}
