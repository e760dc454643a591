/** The part of QEMU's `-compat` that is about input. `crash` has no effect. */
export interface InputPolicy {
  /** Policy for deprecated arguments and values. */
  readonly deprecatedInput?: 'accept' | 'reject' | 'crash' | undefined;
  /** Policy for unstable arguments and values. */
  readonly unstableInput?: 'accept' | 'reject' | 'crash' | undefined;
}

/** The word with which QEMU's refusal begins if the policy forbids these features (`qapi/qapi-util.c`). */
export function forbidden(
  policy: InputPolicy,
  features: readonly string[] | undefined,
): 'Deprecated' | 'Unstable' | undefined {
  if (policy.deprecatedInput === 'reject' && features?.includes('deprecated')) return 'Deprecated';
  if (policy.unstableInput === 'reject' && features?.includes('unstable')) return 'Unstable';
  return undefined;
}
