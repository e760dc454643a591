import type { QDict } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { genericError } from '../command.ts';
import type { ChardevRegistry, MonitorInfo, MonitorRegistry } from '../machine-host.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { QomMount } from '../qom/mount.ts';
import type { SpecialObjects } from '../qom/objects.ts';
import { textProperty, type PropertyView } from '../qom/property.ts';

/** Parts of the machine that {@link MonitorObjects} needs. */
export interface MonitorObjectsParts {
  /** Whether this version has monitors as objects. */
  readonly exist: boolean;
  readonly monitors: MonitorRegistry | undefined;
  readonly chardevs: ChardevRegistry | undefined;
}

/** Monitors as objects: `monitor-qmp` and `monitor-hmp` (11.1). */
export class MonitorObjects implements SpecialObjects {
  readonly #parts: MonitorObjectsParts;

  constructor(parts: MonitorObjectsParts) {
    this.#parts = parts;
  }

  add(type: string, id: string, properties: QDict): boolean {
    if (type !== 'monitor-qmp' && type !== 'monitor-hmp') return false;
    const { chardevs, monitors } = this.#parts;
    const chardev = properties.get('chardev') as string;
    if (chardevs?.list().some(({ label }) => label === chardev) !== true) {
      throw genericError(`chardev "${chardev}" not found`);
    }
    if (monitors?.list().some((monitor) => monitor.chardev === chardev) === true) {
      throw genericError(`chardev '${chardev}' is already in use`);
    }
    if (monitors?.add === undefined) notModelled('another monitor here');
    try {
      monitors.add({
        id,
        type,
        chardev,
        pretty: properties.get('pretty') === true,
        closeAction: properties.get('close-action') === 'delete' ? 'delete' : 'none',
      });
    } catch (error) {
      throw genericError((error as Error).message);
    }
    return true;
  }

  remove(id: string, call: CommandCall): boolean {
    const { monitors } = this.#parts;
    const monitor = this.#list().find((item) => item.id === id);
    if (monitor === undefined || monitors === undefined) return false;
    if (monitor.type === 'monitor-hmp') throw genericError('Deleting HMP monitors is not supported');
    if (monitors.idOf(call.session) === id) throw genericError('Cannot delete the current QMP monitor');
    monitors.remove?.(id);
    return true;
  }

  /** Their place in the tree. */
  get mount(): QomMount {
    return {
      path: '/objects',
      children: () => this.#list().map(({ id, type }) => ({ name: id, type })),
      typeOf: (id) => this.#list().find((item) => item.id === id)?.type,
      properties: (id) => {
        const monitor = this.#list().find((item) => item.id === id);
        return monitor === undefined ? undefined : propertiesOf(monitor);
      },
    };
  }

  #list(): readonly MonitorInfo[] {
    return this.#parts.exist ? (this.#parts.monitors?.list() ?? []) : [];
  }
}

function* propertiesOf({
  type,
  chardev,
  pretty = false,
  closeAction = 'none',
}: MonitorInfo): Iterable<[string, PropertyView]> {
  yield ['type', textProperty(type)];
  yield ['chardev', { type: 'string', value: chardev, writable: true }];
  if (type === 'monitor-hmp') {
    yield ['readline', { type: 'bool', value: true, writable: true }];
    return;
  }
  yield ['pretty', { type: 'bool', value: pretty, writable: true }];
  yield ['close-action', { type: 'MonitorQMPCloseAction', value: closeAction, writable: true }];
}
