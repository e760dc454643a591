import type { QemuProfile } from '../../engine/profile.ts';
import { QDict } from '../../engine/json/value.ts';
import { textOf } from '../../machine/command.ts';
import { recordedQueries } from '../../machine/recorded-queries.ts';
import type { ParameterType } from './qemu-opts.ts';

/**
 * Names that a recorded reply lists, such as those of the chardev kinds of a version: `member` of each of its
 * entries.
 */
export function recordedNames(profile: QemuProfile, query: string, member: string): readonly string[] {
  const reply = recordedQueries(profile).reply('pc', query);
  const entries = reply !== undefined && 'value' in reply && Array.isArray(reply.value) ? reply.value : [];
  return entries.flatMap((entry) => (entry instanceof QDict ? [textOf(entry, member)] : []));
}

/** Parameters of a group of options, or `undefined` if the version has no such group. */
export function recordedGroup(profile: QemuProfile, group: string): readonly QDict[] | undefined {
  const reply = recordedQueries(profile).reply('pc', 'query-command-line-options');
  const groups = reply !== undefined && 'value' in reply && Array.isArray(reply.value) ? reply.value : [];
  const found = groups.find((entry) => entry instanceof QDict && entry.get('option') === group);
  const parameters = found instanceof QDict ? found.get('parameters') : undefined;
  return Array.isArray(parameters) ? parameters.filter((item) => item instanceof QDict) : undefined;
}

/**
 * Types of the parameters of a group of options, by name, or `undefined` if the version has no such group.
 */
export function recordedParameters(
  profile: QemuProfile,
  group: string,
): Readonly<Record<string, ParameterType>> | undefined {
  const parameters = recordedGroup(profile, group);
  if (parameters === undefined) return undefined;
  return Object.fromEntries(
    parameters.map((item) => [textOf(item, 'name'), item.get('type') as ParameterType]),
  );
}
