import { chosenAccelerator } from '../../machine/setup/accelerator.ts';
import { QDict } from '../../engine/json/value.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import { recordedQueries } from '../../machine/recorded-queries.ts';
import { parseBoolean } from '../command-line/qemu-opts.ts';
import { placeOfFeature } from './cpu-features.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';
import { checkMemoryOfBoard } from './machine-properties.ts';
import { checkCpuCount, topologyOf } from './topology.ts';

const SUFFIX = '-x86_64-cpu';
/** The model that boards take if none is given. */
const USUAL = 'qemu64';
/** Properties of a processor whose values are looked at in ways of their own. */
const DELICATE = /^(vendor|family|model|stepping|realized|type|hv-spinlocks|x-.*)$/;
/** Models whose vendor is AMD. */
const AMD = /^(max$|qemu64|qemu32|athlon|phenom|EPYC|Opteron|Dhyana)/;

/** The model of the machine's processors. */
export function cpuModel(context: StartContext): string {
  const model = context.last('cpu')?.argument.split(',')[0];
  return model ?? (context.machine.kind === 'isapc' && context.types.has(`486${SUFFIX}`) ? '486' : USUAL);
}

/**
 * `-cpu`: its model has a type of its own, its features are properties of that (`parse_cpu_option` in
 * `cpu-target.c`).
 */
export function checkCpuModel(context: StartContext): void {
  const argument = context.last('cpu')?.argument;
  if (argument === undefined) return;
  if (argument === '') refuse('-cpu option cannot be empty');
  const [model = '', ...features] = argument.split(',');
  const type = `${model}${SUFFIX}`;
  if (!context.types.has(type)) refuse(`unable to find CPU model '${model}'`);
  if (model === 'host' && !usesKvm(context)) refuse("CPU model 'host' requires KVM or HVF");
  const properties = context.types.properties(type);
  if (properties === undefined) return;
  const known = new Map(properties.map((property) => [property.name, property.type]));
  const wrong: string[] = [];
  for (const feature of features) {
    if (feature === '') continue;
    const [, sign = '', raw = '', given] = /^([+-]?)([^=]*)(?:=(.*))?$/.exec(feature) ?? [];
    const name = known.has(raw) ? raw : raw.replaceAll('_', '-');
    const kind = known.get(name);
    if (name === 'tsc-freq') continue;
    const value = given ?? 'on';
    if (kind === undefined && sign !== '') wrong.push(`Property '${type}.${raw}' not found`);
    else if (kind === undefined) cannotApply(type, raw, value, `Property '${type}.${raw}' not found`);
    else if (sign === '') checkFeature(type, name, kind, value);
  }
  checkHyperV(context, features);
  if (wrong[0] !== undefined) refuse(wrong[0]);
}

/** A feature of Hyper-V that older versions have with KVM only. */
function checkHyperV(context: StartContext, features: readonly string[]): void {
  if (context.machine.kind === 'none' || !machineRules(context.profile).hyperVIndexNeedsKvm) return;
  if (usesKvm(context) || !features.some((text) => /^\+?hv[-_]vpindex(=on)?$/.test(text))) return;
  refuse("kernel doesn't allow setting HyperV VP_INDEX");
}

function cannotApply(type: string, name: string, value: string, why: string): never {
  return refuse(`can't apply global ${type}.${name}=${value}: ${why}`);
}

function checkFeature(type: string, name: string, kind: string, value: string): void {
  if (kind === 'bool') {
    if (parseBoolean(value) === undefined) {
      cannotApply(type, name, value, `Parameter '${name}' expects 'on' or 'off'`);
    }
  } else if (/^u?int|^size$/.test(kind)) {
    if (!/^(\d+|0x[\da-f]+)$/i.test(value)) {
      cannotApply(type, name, value, `Parameter '${name}' expects uint64`);
    }
    if (name === 'phys-bits' && Number(value) !== 0 && (Number(value) < 36 || Number(value) > 52)) {
      notModelled(`a CPU with ${value} address bits`);
    }
  }
  if (!DELICATE.test(name)) return;
  if (name === 'vendor' && value.length === 12) return;
  const limits: Readonly<Record<string, number>> = {
    family: 270,
    model: 255,
    stepping: 15,
    'hv-spinlocks': 2 ** 32,
  };
  if (Object.hasOwn(limits, name) && Number(value) <= (limits[name] ?? 0)) return;
  if (!name.startsWith('x-')) notModelled(`the property ${name}=${value} of a CPU`);
}

function usesKvm({ options, whyNoKvm }: StartContext): boolean {
  return chosenAccelerator(options, () => whyNoKvm() === undefined) === 'kvm';
}

/** Checks processors and memory as boards do, with QEMU's warnings of these. */
export function checkCpus(context: StartContext): void {
  const { kind } = context.machine;
  checkCpuCount(context);
  checkAddresses(context);
  checkMemoryOfBoard(context);
  if (kind === 'none') {
    if (context.has('cpu')) refuse('apic-id property was not initialized properly');
  } else {
    warnOfFeatures(context);
    warnOfThreads(context);
  }
}

/**
 * Warns of what TCG lacks of the model, again for each processor (`mark_unavailable_features` in
 * `target/i386/cpu.c`).
 */
function warnOfFeatures(context: StartContext): void {
  if (usesKvm(context)) return;
  const argument = context.last('cpu')?.argument;
  if (argument === undefined) return;
  const [model = '', ...given] = argument.split(',');
  const isOff = (feature: string): boolean =>
    given.some(
      (text) =>
        text === `-${feature}` || ['off', 'no', 'false', 'n'].some((word) => text === `${feature}=${word}`),
    );
  if (isOff('check')) return;
  const asked = given.flatMap(
    (text) => /^\+(.*)$|^(.*)=(?:on|yes|true|y)$/.exec(text)?.slice(1).find(Boolean) ?? [],
  );
  const missing = [...featuresThatTcgLacks(context)].filter(
    (feature) => (isLacking(context, model).has(feature) || asked.includes(feature)) && !isOff(feature),
  );
  const withSubleaf = machineRules(context.profile).featureSubleaf;
  const cpus = topologyOf(context).get('cpus') ?? 1;
  const enforced = given.some((text) => /^enforce(=on)?$/.test(text));
  for (let cpu = 0; cpu < (enforced ? 1 : cpus); cpu += 1) {
    for (const feature of missing) {
      const place = placeOfFeature(feature, withSubleaf);
      if (place !== undefined) context.warn(`TCG doesn't support requested feature: ${place}`);
    }
  }
  if (enforced && missing.length > 0) refuse("TCG doesn't support requested features");
}

/** A feature that TCG lacks, but that no model needs. */
const UNNAMED = 'vmx';

/** Features that TCG lacks and that few models need, if any: each with those that it stands before. */
const SELDOM: Readonly<Record<string, RegExp>> = {
  invtsc: /^CPUID\.(8000000[8A]|8000002|C0|0D|1E)|^MSR/,
  'virt-ssbd': /amd-psfd|^CPUID\.(8000000A|8000002|C0|0D|1E)|^MSR/,
};

/** Features that no model has with TCG, in QEMU's order: that of the models that name most of them. */
function featuresThatTcgLacks(context: StartContext): ReadonlySet<string> {
  const lists = cpuModels(context)
    .filter((entry) => entry.get('name') !== 'host')
    .map(featuresOf)
    .toSorted((a, b) => b.length - a.length);
  const features = [UNNAMED, ...inOrder(lists)];
  for (const [feature, follower] of Object.entries(SELDOM)) {
    if (features.includes(feature)) continue;
    const at = features.findIndex((name) => follower.test(placeOfFeature(name, false) ?? ''));
    features.splice(at < 0 ? features.length : at, 0, feature);
  }
  return new Set(features);
}

/** Merges lists that are parts of one order. */
function inOrder(lists: readonly (readonly string[])[]): readonly string[] {
  const merged: string[] = [];
  for (const list of lists) {
    let at = 0;
    for (const name of list) {
      const there = merged.indexOf(name);
      if (there < 0) merged.splice(at, 0, name);
      at = (there < 0 ? at : there) + 1;
    }
  }
  return merged;
}

function isLacking(context: StartContext, model: string): ReadonlySet<string> {
  const entry = cpuModels(context).find((one) => one.get('name') === model);
  return new Set(entry === undefined ? [] : featuresOf(entry));
}

function cpuModels({ profile }: StartContext): readonly QDict[] {
  const reply = recordedQueries(profile).reply('pc', 'query-cpu-definitions');
  const models = reply !== undefined && 'value' in reply && Array.isArray(reply.value) ? reply.value : [];
  return models.filter((item) => item instanceof QDict);
}

function featuresOf(entry: QDict): readonly string[] {
  const features = entry.get('unavailable-features');
  return Array.isArray(features) ? features.filter((feature) => typeof feature === 'string') : [];
}

/** Models with 32 bits of address, whose memory has to end below 4 GiB, that for modules included. */
const NARROW = /^(base|486|pentium|n270)$/;

function checkAddresses(context: StartContext): void {
  const { properties, memory, machine } = context;
  if (machine.kind === 'none' || !NARROW.test(cpuModel(context))) return;
  if (!machineRules(context.profile).narrowAddressesChecked) return;
  const isPlain = !properties.has('memory.max-size') && memory < 2 ** 31;
  if (!isPlain) notModelled('so much memory for a CPU of 32 bits');
}

function warnOfThreads(context: StartContext): void {
  const threads = topologyOf(context).get('threads') ?? 1;
  const argument = context.last('cpu')?.argument ?? USUAL;
  if (threads < 2 || !AMD.test(cpuModel(context))) return;
  if (/topoext(=on)?(,|$)|vendor=GenuineIntel/.test(argument)) return;
  const advice = 'Please configure -smp options properly or try enabling topoext feature.';
  const { threadsWarning } = machineRules(context.profile);
  context.warn(`This family of AMD CPU doesn't support hyperthreading(${threads})${threadsWarning}${advice}`);
}
