import { QDict, type QValue } from '../../engine/json/value.ts';
import { deviceNotFound, family, genericError, type CommandFamily } from '../command.ts';
import { isIdentifier } from '../identifier.ts';
import type { Machine } from '../machine.ts';
import type { MonitorInfo } from '../machine-host.ts';
import { memoryBackend } from '../memory-backend.ts';
import { listDeviceProperties, listProperties, listTypes } from '../qom/type-queries.ts';
import { typeTable } from '../qom/type-table.ts';
import { QomTree, UnknownObject, type PropertyView } from '../qom-tree.ts';

/** Objects: `qom-*` and `object-*` (`qapi/qom.json`). */
export const qom: CommandFamily = family({
  'qom-list': (machine, args) => {
    const tree = machine.store(QomTree);
    const path = args.get('path') as string;
    const found = tree.find(path);
    if (typeof found === 'object') throw genericError(`Path '${path}' is ambiguous`);
    if (found === undefined) throw deviceNotFound(path);
    return tree.list(found);
  },
  'qom-get': (machine, args) => {
    const { view } = find(machine, args);
    if (view.value === undefined) throw genericError(view.error ?? 'Property cannot be read by the mock');
    return view.value;
  },
  'qom-set': (machine, args) => {
    const { tree, path, property, view } = find(machine, args);
    if (!view.writable) {
      throw genericError(view.refusal ?? `Property '${tree.typeOf(path)}.${property}' is not writable`);
    }
    try {
      tree.set(path, property, args.get('value') as QValue);
    } catch (error) {
      if (error instanceof UnknownObject) throw deviceNotFound(error.path);
      throw error;
    }
  },
  'qom-list-types': (machine, args) => listTypes(typeTable(machine.profile), args),
  'qom-list-properties': (machine, args) =>
    listProperties(typeTable(machine.profile), args.get('typename') as string),
  'device-list-properties': (machine, args) =>
    listDeviceProperties(typeTable(machine.profile), args.get('typename') as string),
  'object-add': (machine, args) => {
    const tree = machine.store(QomTree);
    const { type, id, properties } = split(args);
    if (!isIdentifier(id)) throw genericError("Parameter 'id' expects an identifier");
    tree.touchObjects();
    if (type === 'monitor-qmp' || type === 'monitor-hmp') {
      refuseTwice(machine, id);
      addMonitor(machine, { id, type, ...monitorProperties(properties) });
      return;
    }
    checkProperties(type, properties);
    refuseTwice(machine, id);
    tree.add(id, type, properties);
  },
  'object-del': (machine, args, call) => {
    const id = args.get('id') as string;
    const monitors = machine.host.monitors;
    const monitor = machine.rules.monitorObjects
      ? monitors?.list().find((item) => item.id === id)
      : undefined;
    if (monitor !== undefined && monitors !== undefined) {
      if (monitor.type === 'monitor-hmp') throw genericError('Deleting HMP monitors is not supported');
      if (monitors.idOf(call.session) === id) throw genericError('Cannot delete the current QMP monitor');
      monitors.remove?.(id);
      return;
    }
    machine.store(QomTree).touchObjects();
    if (!machine.store(QomTree).remove(id)) throw genericError(`object '${id}' not found`);
  },
  'query-iothreads': (machine) => {
    machine.store(QomTree).touchObjects();
    return [...machine.store(QomTree).added]
      .filter(([, { type }]) => type === 'iothread')
      .map(([id, { properties }]) => ({
        id,
        'thread-id': 1000,
        'poll-max-ns': properties.get('poll-max-ns')?.value ?? 32_768,
        'poll-grow': properties.get('poll-grow')?.value ?? machine.rules.iothread.grow,
        'poll-shrink': properties.get('poll-shrink')?.value ?? machine.rules.iothread.shrink,
        'poll-weight': properties.get('poll-weight')?.value ?? machine.rules.iothread.weight,
        'aio-max-batch': properties.get('aio-max-batch')?.value ?? 0,
      }))
      .toReversed();
  },
});

interface Found {
  readonly tree: QomTree;
  readonly path: string;
  readonly property: string;
  readonly view: PropertyView;
}

function find(machine: Machine, args: QDict): Found {
  const tree = machine.store(QomTree);
  const asked = args.get('path') as string;
  const property = args.get('property') as string;
  const path = tree.find(asked);
  if (typeof path !== 'string') throw deviceNotFound(asked);
  const view = tree.property(path, property);
  if (view === undefined) throw genericError(`Property '${tree.typeOf(path)}.${property}' not found`);
  return { tree, path, property, view };
}

function split(args: QDict): { type: string; id: string; properties: QDict } {
  const properties = new QDict(args);
  properties.delete('qom-type');
  properties.delete('id');
  return { type: args.get('qom-type') as string, id: args.get('id') as string, properties };
}

/** The object's own refusal of its properties, for those that are known well enough. */
function checkProperties(type: string, properties: QDict): void {
  if (type === 'secret' && !properties.has('data') && !properties.has('file')) {
    throw genericError("Either 'file' or 'data' must be provided");
  }
  if (type.startsWith('memory-backend-')) memoryBackend(type, properties);
}

function refuseTwice(machine: Machine, id: string): void {
  if (machine.store(QomTree).property('/objects', id) !== undefined) {
    throw genericError(`attempt to add duplicate property '${id}' to object (type 'container')`);
  }
}

function monitorProperties(properties: QDict): Omit<MonitorInfo, 'id' | 'type'> {
  return {
    chardev: properties.get('chardev') as string,
    pretty: properties.get('pretty') === true,
    closeAction: properties.get('close-action') === 'delete' ? 'delete' : 'none',
  };
}

function addMonitor(machine: Machine, monitor: MonitorInfo): void {
  const { chardevs, monitors } = machine.host;
  if (chardevs?.list().some(({ label }) => label === monitor.chardev) !== true) {
    throw genericError(`chardev "${monitor.chardev}" not found`);
  }
  if (monitors?.list().some(({ chardev }) => chardev === monitor.chardev) === true) {
    throw genericError(`chardev '${monitor.chardev}' is already in use`);
  }
  if (monitors?.add === undefined) throw genericError('the mock cannot open more monitors here');
  try {
    monitors.add(monitor);
  } catch (error) {
    throw genericError((error as Error).message);
  }
}
