import type { MonitorStep } from './start-plan.ts';
import { StartError } from './start-error.ts';

/**
 * Checks a monitor when its turn comes, after all chardevs, and gives the chardev that it is on
 * (`monitor_init` of QEMU's `monitor/monitor.c`).
 *
 * @throws StartError with QEMU's text.
 */
export function chardevOfMonitor(step: MonitorStep, exists: (id: string) => boolean): string {
  const { mode, chardev, type, pretty } = step;
  if (mode !== undefined && mode !== 'control' && mode !== 'readline') {
    throw new StartError(`Parameter 'mode' does not accept value '${mode}'`);
  }
  if (chardev === undefined) throw new StartError("Parameter 'chardev' is missing");
  if (!exists(chardev)) throw new StartError(`chardev "${chardev}" not found`);
  if (type === 'monitor-hmp' && pretty === true) {
    throw new StartError("'pretty' is not compatible with HMP monitors");
  }
  return chardev;
}
