import type { QomType, TypeTable } from '../types/type-table.ts';
import type { Subject } from './subject.ts';

const CPU = 'cpu';

/** Subjects of categories that `-device help` lists devices under. */
const CATEGORIES: Readonly<Record<string, readonly Subject[]>> = {
  USB: ['usb'],
  Input: ['input'],
  Display: ['consoles', 'input'],
  Sound: ['audio'],
  CPU: ['cpus'],
};

/** Subjects of a device, by what QEMU says of its model. */
export function subjectsOfDevice(types: TypeTable, model: string): readonly Subject[] {
  const type = findModel(types, model);
  if (type === undefined) return ['devices'];
  const subjects: Subject[] = ['devices', ...type.categories.flatMap((name) => CATEGORIES[name] ?? [])];
  if (types.is(type.name, CPU)) subjects.push('cpus', 'memory');
  if (types.is(type.name, 'usb-device')) subjects.push('usb');
  if (types.is(type.name, 'pc-dimm') || /^(virtio-(mem|pmem)|sgx-epc)/.test(type.name))
    subjects.push('memory');
  if (type.name.startsWith('virtio-') || type.name.startsWith('vhost-')) subjects.push('virtio');
  if (type.name.startsWith('tpm-')) subjects.push('tpm');
  return subjects;
}

/** The model of a name or an alias, or `undefined` if the version has none. */
export function findModel(types: TypeTable, name: string): QomType | undefined {
  return types.find(name) ?? aliasesOf(types).get(name);
}

const aliases = new WeakMap<TypeTable, ReadonlyMap<string, QomType>>();

/** Models by the other names that `-device` takes for them. */
function aliasesOf(types: TypeTable): ReadonlyMap<string, QomType> {
  let found = aliases.get(types);
  if (found === undefined) {
    found = new Map(
      types.list().flatMap((type) => (type.alias === undefined ? [] : [[type.alias, type] as const])),
    );
    aliases.set(types, found);
  }
  return found;
}
