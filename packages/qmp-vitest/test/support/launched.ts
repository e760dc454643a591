import { onTestFinished } from 'vitest';
import { launchQemu, launchStorageDaemon, type LaunchStorageDaemonOptions } from '../../src/qemu/launch.ts';
import type { LaunchQemuOptions } from '../../src/qemu/options.ts';
import type { QemuProcess } from '../../src/qemu/process.ts';

/** A QEMU that ends with the test, also when the test runs out of time. */
export function launched(options: LaunchQemuOptions = {}): Promise<QemuProcess> {
  return ending(launchQemu(options));
}

/** A storage daemon that ends with the test. */
export function launchedDaemon(options: LaunchStorageDaemonOptions): Promise<QemuProcess> {
  return ending(launchStorageDaemon(options));
}

function ending(launching: Promise<QemuProcess>): Promise<QemuProcess> {
  onTestFinished(async () => {
    const vm = await launching.catch(() => undefined);
    await vm?.dispose();
  });
  return launching;
}
